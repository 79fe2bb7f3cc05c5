package io.transformer4j.attention;

import io.transformer4j.torch.ComputePool;
import io.transformer4j.torch.CustomGradient;
import io.transformer4j.torch.FlashKernel;
import java.util.List;
import java.util.Objects;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/** One pass of libtorch's fused kernel over long sequences, each head of each sequence a part of its own. */
final class DividedFlash {
    /** Fewer scores take less than a few milliseconds. */
    private static final long MIN_SCORES = 1 << 22;

    private final Tensor query;
    private final Tensor key;
    private final Tensor value;
    private final @Nullable Tensor bias; // four dimensions
    private final boolean causal;
    private final double scale;
    private final int heads;
    private final int parts;
    private FlashKernel.@Nullable Result result; // [batch, heads, queries, headSize] and [batch, heads, queries]

    /**
     * A pass.
     *
     * @param causal whether keys behind a query are hidden; there are as many queries as keys then
     */
    DividedFlash(Tensor query, Tensor key, Tensor value, @Nullable Tensor bias, boolean causal, double scale) {
        this.query = query;
        this.key = key;
        this.value = value;
        this.bias = bias == null ? null : TiledOperands.fourDimensions(bias);
        this.causal = causal;
        this.scale = scale;
        heads = (int) query.size(1);
        parts = (int) query.size(0) * heads;
    }

    /** Whether the work is more than the handing over, and of a shape that the kernel takes. */
    static boolean isWorthwhile(Tensor query, Tensor key, Tensor value) {
        return query.is_cpu()
                && query.size(3) == value.size(3)
                && query.stride(3) == 1
                && key.stride(3) == 1
                && value.stride(3) == 1
                && query.size(0) * query.size(1) * query.size(2) * key.size(2) >= MIN_SCORES;
    }

    /** {@code [batch, heads, queryLength, headSize]}, with gradients to query, key and value. */
    Tensor forward() {
        return CustomGradient.of(List.of(query, key, value), this::compute, this::backward);
    }

    private Tensor compute() {
        Tensor all = rowsOf(query, value.size(3));
        ScalarType type = query.scalar_type().intern() == ScalarType.Double ? ScalarType.Double : ScalarType.Float;
        Tensor sums = torch.empty(
                new long[] {query.size(0), query.size(1), query.size(2)},
                query.options().dtype(new ScalarTypeOptional(type)),
                new MemoryFormatOptional());
        ComputePool.inParts(parts, i -> {
            FlashKernel.Result result = FlashKernel.forward(part(query, i), part(key, i), part(value, i), settings(i));
            part(all, i).copy_(result.output());
            part(sums, i).copy_(result.logSumExp());
        });
        result = new FlashKernel.Result(all, sums);
        return all;
    }

    private Tensor[] backward(Tensor upstream) {
        FlashKernel.Result whole = Objects.requireNonNull(result, "the forward pass comes first");
        Tensor ofOutput = upstream.contiguous(); // it may be an expanded scalar
        Tensor[] gradients = {
            rowsOf(query, query.size(3)), rowsOf(key, key.size(3)), rowsOf(value, value.size(3)),
        };
        ComputePool.inParts(parts, i -> {
            FlashKernel.Result own = new FlashKernel.Result(part(whole.output(), i), part(whole.logSumExp(), i));
            Tensor[] ofPart = FlashKernel.backward(
                    part(ofOutput, i), part(query, i), part(key, i), part(value, i), own, settings(i));
            for (int j = 0; j < ofPart.length; j++) {
                part(gradients[j], i).copy_(ofPart[j]);
            }
        });
        return gradients;
    }

    /** {@code [batch, heads, length, size]} without values; the heads of a token are neighbours in memory, as its layer has them. */
    private static Tensor rowsOf(Tensor like, long size) {
        return like.new_empty(like.size(0), like.size(2), like.size(1), size).transpose(1, 2);
    }

    /** A head of a sequence, of a tensor with these as its first dimensions; they may be broadcast. */
    private Tensor part(Tensor tensor, int number) {
        return TiledOperands.cut(TiledOperands.cut(tensor, 0, number / heads, 1), 1, number % heads, 1);
    }

    private FlashKernel.Settings settings(int number) {
        return new FlashKernel.Settings(causal, bias == null ? null : part(bias, number), scale);
    }
}
