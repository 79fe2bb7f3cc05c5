package io.transformer4j.attention;

import io.transformer4j.nn.Dropout;
import io.transformer4j.torch.Precision;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch.ScalarType;
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
        if (query.is_cpu() && Precision.current(DeviceType.CPU) == Precision.BF16) {
            try (Precision.Region region = Precision.FP32.enter(DeviceType.CPU)) {
                return fused(inFloat(query), inFloat(key), inFloat(value), bias == null ? null : inFloat(bias), causal);
            }
        }
        if (DividedFlash.isWorthwhile(query, key, value)) {
            return new DividedFlash(query, key, value, bias, causal, scale).forward();
        }
        TensorOptional optional = bias == null ? new TensorOptional() : new TensorOptional(bias);
        return torch.scaled_dot_product_attention(
                query, key, value, optional, 0.0, causal, new DoubleOptional(scale), false);
    }

    /**
     * For bfloat16, libtorch's kernel calls oneDNN for each of its small products, which costs more than they do unless the processor has
     * AMX: sequences of 64 tokens took ten times as long as in float32.
     */
    private static Tensor inFloat(Tensor tensor) {
        return tensor.toType(ScalarType.Float);
    }

    @Override
    public boolean takesAnyQueries() {
        return true;
    }
}
