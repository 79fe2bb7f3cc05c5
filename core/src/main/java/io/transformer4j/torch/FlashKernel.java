package io.transformer4j.torch;

import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.Operator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
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

    private static final class Holder {
        static final Operator FORWARD = TensorScope.retain(torch.getOperatorForLiteral(FORWARD_SCHEMA));
        static final Operator BACKWARD = TensorScope.retain(torch.getOperatorForLiteral(BACKWARD_SCHEMA));
    }

    private FlashKernel() {}

    /**
     * What is added to the scores, and what they are multiplied by.
     *
     * @param causal whether keys behind a query are hidden; needs as many queries as keys
     * @param bias added to the scaled scores, broadcastable to them; null for none
     */
    public record Settings(boolean causal, @Nullable Tensor bias, double scale) {
        private void pushTo(IValueVector stack) {
            stack.push_back(new IValue(0.0)); // dropout, which the kernel doesn't have
            stack.push_back(new IValue(causal));
            stack.push_back(bias == null ? new IValue() : new IValue(bias));
            stack.push_back(new IValue(scale));
        }
    }

    /**
     * A forward pass.
     *
     * @param logSumExp of the scores over the keys, in the kernel's own layout
     */
    public record Result(Tensor output, Tensor logSumExp) {}

    /** Attention without gradient; tensors belong to the open scope. */
    public static Result forward(Tensor query, Tensor key, Tensor value, Settings settings) {
        IValueVector stack = push(query, key, value);
        settings.pushTo(stack);
        Holder.FORWARD.getOperation().apply(stack);
        return new Result(stack.get(0).toTensor(), stack.get(1).toTensor());
    }

    /** The gradients of query, key and value, in this order; tensors belong to the open scope. */
    public static Tensor[] backward(
            Tensor upstream, Tensor query, Tensor key, Tensor value, Result result, Settings settings) {
        IValueVector stack = push(upstream, query, key, value, result.output(), result.logSumExp());
        settings.pushTo(stack);
        Holder.BACKWARD.getOperation().apply(stack);
        return new Tensor[] {
            stack.get(0).toTensor(), stack.get(1).toTensor(), stack.get(2).toTensor()
        };
    }

    private static IValueVector push(Tensor... tensors) {
        IValueVector stack = new IValueVector();
        for (Tensor tensor : tensors) {
            stack.push_back(new IValue(tensor));
        }
        return stack;
    }
}
