package io.transformer4j.attention;

import io.transformer4j.attention.TilePattern.Band;
import io.transformer4j.attention.TiledOperands.Inputs;
import io.transformer4j.nn.Dropout;
import org.bytedeco.pytorch.Tensor;

/**
 * This project's own exact attention in tiles with a running softmax, for what libtorch's fused kernel lacks: biases with
 * a gradient, dropout, padding, and the logarithm of the rows' sums. Memory grows with the length, not its square, in the
 * forward and in the backward pass, which computes the weights again. A row that sees no key is zero.
 */
public final class TiledAttention implements Attention {
    private final TiledKernel kernel;

    /** The kernel, with the arguments of {@link ExactAttention}. */
    public TiledAttention(double scale, Dropout dropout) {
        kernel = new TiledKernel(scale, dropout);
    }

    /**
     * An output with what it was normalized by; two of them over different keys can be merged to one over all.
     *
     * @param output {@code [batch, heads, queryLength, headSize]}
     * @param logSumExp {@code [batch, heads, queryLength, 1]}: logarithm of the sum of each row's exponentials; without
     *     gradient
     */
    public record Result(Tensor output, Tensor logSumExp) {}

    @Override
    public Tensor forward(Tensor query, Tensor key, Tensor value, AttentionMask mask) {
        return forwardWithLogSumExp(query, key, value, mask).output();
    }

    @Override
    public boolean takesAnyQueries() {
        return true;
    }

    /** As {@link #forward}, with the logarithm of the rows' sums. */
    public Result forwardWithLogSumExp(Tensor query, Tensor key, Tensor value, AttentionMask mask) {
        boolean causal = mask instanceof AttentionMask.Causal
                || (mask instanceof AttentionMask.Padding padding && padding.causal());
        TiledKernel.Result result = kernel.forward(
                Inputs.of(query, key, value, mask), operands -> new Band(operands, Band.ALL, causal ? 0 : Band.ALL));
        return new Result(result.output(), result.logSumExp());
    }
}
