package io.transformer4j.attention;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * How the rows of a packed tensor {@code [tokens, …]} belong to sequences: sequence 0 first, then sequence 1, without
 * padding between them. Everything but attention ignores it. Immutable.
 */
public final class SequenceLayout {
    private final int[] lengths;
    private final int totalTokens;
    private final List<Run> runs;
    private final boolean @Nullable [] real;
    private final boolean @Nullable [] global;

    /** Neighbouring sequences of one length: they can be viewed as {@code [sequences, length, …]}. */
    public record Run(int firstSequence, int sequences, int length) {
        /** Number of rows. */
        public int tokens() {
            return sequences * length;
        }
    }

    private SequenceLayout(int[] lengths, boolean @Nullable [] real, boolean @Nullable [] global) {
        this.lengths = lengths;
        this.real = real;
        this.global = global;
        this.totalTokens = Arrays.stream(lengths).reduce(0, Math::addExact);
        this.runs = runsOf(lengths);
    }

    /**
     * A layout of sequences of the given lengths.
     *
     * @throws IllegalArgumentException if there is no sequence or an empty one
     */
    public static SequenceLayout of(int... lengths) {
        if (lengths.length == 0) {
            throw new IllegalArgumentException("a batch must have at least one sequence");
        }
        for (int i = 0; i < lengths.length; i++) {
            if (lengths[i] < 1) {
                throw new IllegalArgumentException(
                        "sequence " + i + " of the batch is empty: each needs at least one token");
            }
        }
        return new SequenceLayout(lengths.clone(), null, null);
    }

    /** {@code batchSize} sequences of {@code length} tokens each. */
    public static SequenceLayout uniform(int batchSize, int length) {
        int[] lengths = new int[batchSize];
        Arrays.fill(lengths, length);
        return of(lengths);
    }

    /**
     * {@code batchSize} rows of {@code length} tokens of which some are padding: computed like all others, but seen by no
     * other token. Only for what depends on padding; batches are faster without.
     *
     * @param real {@code batchSize · length} values, one row after the other: false for padding
     */
    public static SequenceLayout padded(int batchSize, int length, boolean[] real) {
        if (real.length != batchSize * length) {
            throw new IllegalArgumentException(
                    real.length + " values don't say what is real of " + batchSize + " rows of " + length + " tokens");
        }
        int[] lengths = new int[batchSize];
        Arrays.fill(lengths, length);
        return new SequenceLayout(lengths, real.clone(), null);
    }

    /**
     * The same layout with chosen global tokens, for layers whose attention is otherwise local.
     *
     * @param global one value per packed token
     */
    public SequenceLayout withGlobalTokens(boolean[] global) {
        if (global.length != totalTokens) {
            throw new IllegalArgumentException(
                    global.length + " values don't say which of " + totalTokens + " tokens are global");
        }
        return new SequenceLayout(lengths, real, global.clone());
    }

    /** The global tokens of a run's sequences; null if that is left to the layers. */
    @Nullable
    GlobalTokens globalTokens(Run run) {
        if (global == null) {
            return null;
        }
        int first = (int) firstRows()[run.firstSequence()];
        return GlobalTokens.of(IntStream.range(0, run.sequences())
                .mapToObj(sequence -> IntStream.range(0, run.length())
                        .filter(i -> global[first + sequence * run.length() + i])
                        .toArray())
                .toList());
    }

    private static List<Run> runsOf(int[] lengths) {
        List<Run> runs = new ArrayList<>();
        int start = 0;
        for (int i = 1; i <= lengths.length; i++) {
            if (i == lengths.length || lengths[i] != lengths[start]) {
                runs.add(new Run(start, i - start, lengths[start]));
                start = i;
            }
        }
        return List.copyOf(runs);
    }

    /** Number of sequences. */
    public int batchSize() {
        return lengths.length;
    }

    /** Number of rows. */
    public int totalTokens() {
        return totalTokens;
    }

    /** Tokens of one sequence. */
    public int length(int sequence) {
        return lengths[sequence];
    }

    /** Tokens of the longest sequence. */
    public int maxLength() {
        return Arrays.stream(lengths).max().orElseThrow();
    }

    /** The length of all sequences, if they have the same. */
    public OptionalInt uniformLength() {
        return runs.size() == 1 ? OptionalInt.of(lengths[0]) : OptionalInt.empty();
    }

    /** The sequences grouped into runs of equal length, in order. */
    public List<Run> runs() {
        return runs;
    }

    /** Whether some tokens are padding. */
    public boolean hasPadding() {
        return real != null;
    }

    /** Whether a packed token is more than padding. */
    public boolean isReal(int row) {
        return real == null || real[row];
    }

    /**
     * What hides the padding of a {@linkplain #padded padded} layout from all tokens. Padding may have nothing left to see; what comes
     * out for it then is as in HF, where hidden scores are very low but still count: with an {@link ExactAttention}, all alike.
     *
     * @param causal whether later tokens are hidden too
     * @param window of a causal layer: how many places a token sees, its own included; 0 for all before it
     * @param like a float32 tensor on the wanted device
     */
    AttentionMask paddingMask(boolean causal, int window, Tensor like) {
        int length = maxLength();
        Tensor padding = realTokens(like.device()).logical_not(); // [batch, length]
        if (!causal) {
            return AttentionMask.padding(padding.logical_not());
        }
        Tensor ones = padding.new_ones(length, length);
        Tensor future = ones.triu(1);
        Tensor hidden = padding.view(batchSize(), 1, 1, length).logical_or(future); // [batch, 1, length, length]
        Tensor bias = like.new_zeros(hidden.shape()).masked_fill_(hidden, new Scalar(ExactAttention.LOWEST));
        return window == 0
                ? new AttentionMask.Additive(bias)
                : new AttentionMask.Replacing(future.logical_or(ones.tril(-window)), bias);
    }

    /** {@code [batch, maxLength]} bool of a padded layout. */
    private Tensor realTokens(Device device) {
        long[] flags = new long[totalTokens];
        for (int row = 0; row < totalTokens; row++) {
            flags[row] = isReal(row) ? 1 : 0;
        }
        return Tensor.create(flags).to(device, torch.ScalarType.Bool).view(batchSize(), maxLength());
    }

    /** Row of each sequence's first token. */
    public long[] firstRows() {
        long[] rows = new long[lengths.length];
        for (int i = 1; i < rows.length; i++) {
            rows[i] = rows[i - 1] + lengths[i - 1];
        }
        return rows;
    }

    /** Row of each sequence's last token. */
    public long[] lastRows() {
        long[] rows = firstRows();
        for (int i = 0; i < rows.length; i++) {
            rows[i] += lengths[i] - 1;
        }
        return rows;
    }

    /** 0, 1, 2 … within each sequence. */
    public long[] positions() {
        long[] positions = new long[totalTokens];
        int row = 0;
        for (int length : lengths) {
            for (int i = 0; i < length; i++) {
                positions[row++] = i;
            }
        }
        return positions;
    }

    /** Cuts {@code [tokens, …]} into one tensor per run. */
    public List<Tensor> split(Tensor packed) {
        if (runs.size() == 1) {
            return List.of(packed);
        }
        TensorVector parts =
                packed.split_with_sizes(runs.stream().mapToLong(Run::tokens).toArray());
        return Arrays.asList(parts.get());
    }

    /** The reverse of {@link #split}. */
    public Tensor join(List<Tensor> parts) {
        return parts.size() == 1 ? parts.get(0) : torch.cat(new TensorVector(parts.toArray(Tensor[]::new)));
    }

    /** The mean of each sequence's rows: {@code [tokens, size]} to {@code [batch, size]}. */
    public Tensor means(Tensor packed) {
        List<Tensor> parts = split(packed);
        List<Tensor> means = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            Run run = runs.get(i);
            means.add(parts.get(i).view(run.sequences(), run.length(), -1).mean(1)); // [run.sequences, size]
        }
        return join(means);
    }

    /**
     * Spreads packed rows over a padded tensor.
     *
     * @param packed {@code [tokens, size]}
     * @return {@code [batch, maxLength, size]}, zero where there is no token
     */
    public Tensor pad(Tensor packed) {
        int width = maxLength();
        long size = packed.size(1);
        Tensor rows = uniformLength().isPresent()
                ? packed
                : packed.new_zeros((long) batchSize() * width, size).index_copy(0, paddedRows(packed), packed);
        return rows.view(batchSize(), width, size);
    }

    /** The reverse of {@link #pad}: {@code [batch, maxLength, size]} to {@code [tokens, size]}. */
    public Tensor unpad(Tensor padded) {
        Tensor rows = padded.reshape((long) batchSize() * maxLength(), padded.size(2));
        return uniformLength().isPresent() ? rows : rows.index_select(0, paddedRows(padded));
    }

    /** Where the packed rows stand in {@code [batch · maxLength]}. */
    private Tensor paddedRows(Tensor like) {
        int width = maxLength();
        long[] target = new long[totalTokens];
        int row = 0;
        for (int sequence = 0; sequence < lengths.length; sequence++) {
            for (int i = 0; i < lengths[sequence]; i++) {
                target[row++] = (long) sequence * width + i;
            }
        }
        return Tensor.create(target).to(like.device(), torch.ScalarType.Long);
    }

    /**
     * Which places of {@link #pad} have a token that isn't padding.
     *
     * @return {@code [batch, maxLength]} bool; null if all have
     */
    @Nullable
    Tensor realKeys(Device device) {
        if (hasPadding()) {
            return realTokens(device);
        }
        if (uniformLength().isPresent()) {
            return null;
        }
        Tensor ends =
                Tensor.create(Arrays.stream(lengths).asLongStream().toArray()).view(batchSize(), 1);
        return torch.arange(new Scalar(maxLength())).lt(ends).to(device, torch.ScalarType.Bool);
    }

    @Override
    public String toString() {
        return "SequenceLayout" + Arrays.toString(lengths);
    }
}
