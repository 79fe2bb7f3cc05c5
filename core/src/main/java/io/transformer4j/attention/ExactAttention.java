package io.transformer4j.attention;

import io.transformer4j.nn.Dropout;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/**
 * Scaled dot-product attention as written in Vaswani et al. 2017, §3.2.1, with the whole matrix of weights: O(n²)
 * memory. The reference that other kernels are tested against.
 */
public final class ExactAttention implements Attention {
    /** What HF's models give to scores that don't count: exactly representable, and so low that no score changes it. */
    static final double LOWEST = -Float.MAX_VALUE;

    private final double scale;
    private final Dropout dropout;

    /**
     * The kernel.
     *
     * @param scale factor of the scores, usually {@code 1/√headSize}
     * @param dropout applied to the attention weights
     */
    public ExactAttention(double scale, Dropout dropout) {
        this.scale = scale;
        this.dropout = dropout;
    }

    @Override
    public Tensor forward(Tensor query, Tensor key, Tensor value, AttentionMask mask) {
        return dropout.forward(weights(query, key, mask)).matmul(value); // [batch, heads, queryLength, headSize]
    }

    @Override
    public boolean takesAnyQueries() {
        return true;
    }

    @Override
    public boolean storesWeights() {
        return true;
    }

    /** The attention weights, {@code [batch, heads, queryLength, keyLength]}; each row adds up to 1. */
    public Tensor weights(Tensor query, Tensor key, AttentionMask mask) {
        Tensor scores = query.mul(new Scalar(scale)).matmul(key.transpose(-2, -1)); // [batch, heads, query, key]
        return masked(scores, mask).softmax(-1);
    }

    private static Tensor masked(Tensor scores, AttentionMask mask) {
        if (mask instanceof AttentionMask.Padding padding) {
            Tensor visible = scores.add(padding.keyBias(scores).unsqueeze(1).unsqueeze(1)); // over heads and queries
            return padding.causal() ? masked(visible, AttentionMask.causal()) : visible;
        }
        if (mask instanceof AttentionMask.Causal) {
            return scores.add(causalBias(scores.size(-2), scores.size(-1), scores.options()));
        }
        if (mask instanceof AttentionMask.Replacing replacing) {
            return scores.masked_fill(replacing.lost(), new Scalar(LOWEST)).add(replacing.bias());
        }
        return mask instanceof AttentionMask.Additive additive ? scores.add(additive.bias()) : scores;
    }

    /** {@code [queryLength, keyLength]}: {@code -∞} right of the diagonal that ends in the last corner. */
    static Tensor causalBias(long queryLength, long keyLength, TensorOptions options) {
        return torch.full(new long[] {queryLength, keyLength}, new Scalar(Double.NEGATIVE_INFINITY), options)
                .triu(keyLength - queryLength + 1);
    }
}
