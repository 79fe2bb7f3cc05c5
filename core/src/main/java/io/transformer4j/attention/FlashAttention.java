package io.transformer4j.attention;

import io.transformer4j.nn.Dropout;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Exact attention in tiles with a running softmax, so that the matrix of weights never exists (Dao et al. 2022). Runs on
 * libtorch's fused kernel where that fits, else on {@link TiledAttention}: libtorch's has no dropout on the CPU, no
 * padding, and falls back to the whole matrix if the bias has a gradient. Long sequences are divided among the workers that
 * have nothing else to do.
 */
public final class FlashAttention implements Attention {
    private final double scale;
    private final Dropout dropout;
    private final TiledAttention tiled;

    /** The kernel, with the arguments of {@link ExactAttention}. */
    public FlashAttention(double scale, Dropout dropout) {
        this.scale = scale;
        this.dropout = dropout;
        this.tiled = new TiledAttention(scale, dropout);
    }

    @Override
    public Tensor forward(Tensor query, Tensor key, Tensor value, AttentionMask mask) {
        if (mask instanceof AttentionMask.Padding padding && !padding.causal()) {
            Tensor keyBias = padding.keyBias(query).unsqueeze(1).unsqueeze(1); // over heads and queries
            return forward(query, key, value, new AttentionMask.Additive(keyBias));
        }
        boolean fused = mask instanceof AttentionMask.Full
                || mask instanceof AttentionMask.Causal
                || (mask instanceof AttentionMask.Additive additive
                        && !additive.bias().requires_grad());
        if (dropout.isActive() || !fused) {
            return tiled.forward(query, key, value, mask);
        }
        boolean causal = mask instanceof AttentionMask.Causal && query.size(2) > 1;
        boolean square = query.size(2) == key.size(2); // the kernel counts its diagonal from the first corner
        Tensor bias = mask instanceof AttentionMask.Additive additive
                ? additive.bias()
                : causal && !square ? ExactAttention.causalBias(query.size(2), key.size(2), query.options()) : null;
        return fused(query, key, value, bias, causal && square);
    }

    private Tensor fused(Tensor query, Tensor key, Tensor value, @Nullable Tensor bias, boolean causal) {
        if (DividedFlash.isWorthwhile(query, key, value)) {
            return new DividedFlash(query, key, value, bias, causal, scale).forward();
        }
        TensorOptional optional = bias == null ? new TensorOptional() : new TensorOptional(bias);
        return torch.scaled_dot_product_attention(
                query, key, value, optional, 0.0, causal, new DoubleOptional(scale), false);
    }

    @Override
    public boolean takesAnyQueries() {
        return true;
    }
}
