package io.transformer4j.torch;

import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The two halves of libtorch's fused CPU attention, for callers that divide it among threads themselves. Tensors are {@code
 * [batch, heads, length, headSize]}.
 */
public final class FlashKernel {
    private static final String NAME = "aten::_scaled_dot_product_flash_attention_for_cpu";
    private static final String FORWARD_SCHEMA = NAME
            + "(Tensor query, Tensor key, Tensor value, float dropout_p=0.0, bool is_causal=False, *,"
            + " Tensor? attn_mask=None, float? scale=None) -> (Tensor output, Tensor logsumexp)";
    private static final String BACKWARD_SCHEMA = NAME
            + "_backward(Tensor grad_out, Tensor query, Tensor key, Tensor value, Tensor out, Tensor logsumexp,"
            + " float dropout_p, bool is_causal, *, Tensor? attn_mask=None, float? scale=None)"
            + " -> (Tensor grad_query, Tensor grad_key, Tensor grad_value)";

    /** The kernel has no other. */
    private static final double NO_DROPOUT = 0;

    private static final class Holder {
        static final NativeOperator FORWARD = new NativeOperator(FORWARD_SCHEMA);
        static final NativeOperator BACKWARD = new NativeOperator(BACKWARD_SCHEMA);
    }

    private FlashKernel() {}

    /**
     * What is added to the scores, and what they are multiplied by.
     *
     * @param causal whether keys behind a query are hidden; needs as many queries as keys
     * @param bias added to the scaled scores, broadcastable to them; null for none
     */
    public record Settings(boolean causal, @Nullable Tensor bias, double scale) {}

    /**
     * A forward pass.
     *
     * @param logSumExp of the scores over the keys, in the kernel's own layout
     */
    public record Result(Tensor output, Tensor logSumExp) {}

    /** Attention without gradient; tensors belong to the open scope. */
    public static Result forward(Tensor query, Tensor key, Tensor value, Settings settings) {
        Tensor[] results = Holder.FORWARD.call(
                query, key, value, NO_DROPOUT, settings.causal(), settings.bias(), settings.scale());
        return new Result(results[0], results[1]);
    }

    /** The gradients of query, key and value, in this order; tensors belong to the open scope. */
    public static Tensor[] backward(
            Tensor upstream, Tensor query, Tensor key, Tensor value, Result result, Settings settings) {
        return Holder.BACKWARD.call(
                upstream,
                query,
                key,
                value,
                result.output(),
                result.logSumExp(),
                NO_DROPOUT,
                settings.causal(),
                settings.bias(),
                settings.scale());
    }
}
