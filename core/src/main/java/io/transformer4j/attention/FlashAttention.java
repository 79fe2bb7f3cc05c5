package io.transformer4j.attention;

import io.transformer4j.nn.Dropout;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * Exact attention in tiles with a running softmax, so that the matrix of weights never exists (Dao et al. 2022). Runs on
 * libtorch's fused kernel; those kernels have no dropout on the CPU, so while attention dropout is active the plain
 * computation is used.
 */
public final class FlashAttention implements Attention {
    private final double scale;
    private final Dropout dropout;
    private final ExactAttention exact;

    /** The kernel, with the arguments of {@link ExactAttention}. */
    public FlashAttention(double scale, Dropout dropout) {
        this.scale = scale;
        this.dropout = dropout;
        this.exact = new ExactAttention(scale, dropout);
    }

    @Override
    public Tensor forward(Tensor query, Tensor key, Tensor value, AttentionMask mask) {
        if (dropout.isActive()) {
            return exact.forward(query, key, value, mask);
        }
        boolean causal = mask instanceof AttentionMask.Causal && query.size(2) > 1;
        boolean square = query.size(2) == key.size(2); // the kernel counts its diagonal from the first corner
        TensorOptional bias = mask instanceof AttentionMask.Additive additive
                ? new TensorOptional(additive.bias())
                : causal && !square
                        ? new TensorOptional(ExactAttention.causalBias(query.size(2), key.size(2), query.options()))
                        : new TensorOptional();
        return torch.scaled_dot_product_attention(
                query, key, value, bias, 0.0, causal && square, new DoubleOptional(scale), false);
    }
}
