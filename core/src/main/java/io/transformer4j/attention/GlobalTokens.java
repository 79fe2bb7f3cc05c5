package io.transformer4j.attention;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The tokens of each sequence that see every token and are seen by every token, whatever the window (Beltagy et al. 2020,
 * §3.1). Immutable.
 */
public final class GlobalTokens {
    private final int[][] positions;
    private final int most;

    private GlobalTokens(int[][] positions) {
        this.positions = positions;
        this.most = Arrays.stream(positions).mapToInt(p -> p.length).max().orElse(0);
    }

    /** The same positions in each of {@code batch} sequences. */
    public static GlobalTokens everywhere(int batch, int... positions) {
        int[] sorted = Arrays.stream(positions).distinct().sorted().toArray();
        return new GlobalTokens(IntStream.range(0, batch).mapToObj(i -> sorted).toArray(int[][]::new));
    }

    /** Positions of each sequence, counted from its first token. */
    public static GlobalTokens of(List<int[]> positions) {
        return new GlobalTokens(positions.stream()
                .map(p -> Arrays.stream(p).distinct().sorted().toArray())
                .toArray(int[][]::new));
    }

    /** The largest number of them in a sequence. */
    int most() {
        return most;
    }

    /** Whether there is none at all. */
    public boolean isEmpty() {
        return most == 0;
    }

    /** The tokens of sequences {@code first} to {@code first + count}. */
    GlobalTokens of(int first, int count) {
        return new GlobalTokens(Arrays.copyOfRange(positions, first, first + count));
    }

    /** Those before {@code length}; callers ask for positions that short sequences don't have. */
    GlobalTokens within(int length) {
        return new GlobalTokens(Arrays.stream(positions)
                .map(p -> Arrays.stream(p).filter(i -> i < length).toArray())
                .toArray(int[][]::new));
    }

    /** Rows {@code [batch, heads, most, size]} of {@code [batch, heads, length, size]}; any row where a sequence has fewer. */
    Tensor rowsOf(Tensor tensor) {
        Tensor index = positionTensor().to(tensor.device(), ScalarType.Long);
        return tensor.gather(
                2,
                index.view(positions.length, 1, most, 1).expand(tensor.size(0), tensor.size(1), most, tensor.size(3)));
    }

    /** {@code [batch, most]} int64; 0 where a sequence has fewer. */
    private Tensor positionTensor() {
        long[] all = new long[positions.length * most];
        for (int i = 0; i < all.length; i++) {
            int[] own = positions[i / most];
            all[i] = i % most < own.length ? own[i % most] : 0;
        }
        return Tensor.create(all).view(positions.length, most);
    }

    /** {@code [batch, most]} of the dtype of {@code like}. */
    Tensor positionsLike(Tensor like) {
        return positionTensor().to(like.device(), like.scalar_type());
    }

    /** {@code [batch, most]}: 0, and {@code -∞} where a sequence has fewer or its token is hidden by {@code keyBias}. */
    Tensor bias(Tensor keyBias) {
        Tensor index = positionTensor().to(keyBias.device(), ScalarType.Long);
        Tensor bias = keyBias.gather(1, index);
        for (int i = 0; i < positions.length; i++) {
            bias.select(0, i)
                    .narrow(0, positions[i].length, (long) most - positions[i].length)
                    .fill_(new Scalar(Double.NEGATIVE_INFINITY));
        }
        return bias;
    }

    /** Hides these tokens in {@code keyBias [batch, length]}, in place. */
    Tensor hideIn(Tensor keyBias) {
        keyBias.view(-1).index_fill_(0, flatIndex(keyBias, keyBias.size(1)), new Scalar(Double.NEGATIVE_INFINITY));
        return keyBias;
    }

    /**
     * Puts rows of these tokens into a tensor.
     *
     * @param all {@code [batch, heads, length, size]}
     * @param rows {@code [batch, heads, most, size]}
     * @return as {@code all}
     */
    Tensor replaceIn(Tensor all, Tensor rows) {
        long heads = all.size(1);
        long size = all.size(3);
        Tensor flat = all.transpose(1, 2).reshape(-1, heads, size); // [batch · length, heads, size]
        long[] real = IntStream.range(0, positions.length)
                .flatMap(i -> IntStream.range(0, positions[i].length).map(j -> i * most + j))
                .asLongStream()
                .toArray();
        Tensor values = rows.transpose(1, 2)
                .reshape(-1, heads, size)
                .index_select(0, Tensor.create(real).to(all.device(), ScalarType.Long));
        return flat.index_copy(0, flatIndex(all, all.size(2)), values)
                .view(all.size(0), all.size(2), heads, size)
                .transpose(1, 2);
    }

    private Tensor flatIndex(Tensor like, long length) {
        long[] index = IntStream.range(0, positions.length)
                .boxed()
                .flatMapToLong(i -> Arrays.stream(positions[i]).mapToLong(p -> i * length + p))
                .toArray();
        return Tensor.create(index).to(like.device(), ScalarType.Long);
    }
}
