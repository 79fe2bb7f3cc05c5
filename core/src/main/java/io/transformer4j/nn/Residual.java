package io.transformer4j.nn;

import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;

/**
 * What surrounds a sublayer of a Transformer: residual connection, dropout, and normalization either of the sum
 * (post-norm, Vaswani et al. 2017, §3.1) or of the sublayer's input (pre-norm, Radford et al. 2019, §2.3).
 */
public final class Residual extends Module {
    private final boolean preNorm;
    private final Dropout dropout;
    private final Norm norm;

    /** The surroundings of a sublayer that maps {@code [tokens, hiddenSize]} to the same shape. */
    public Residual(Norm norm, double dropout, boolean preNorm) {
        this.preNorm = preNorm;
        this.dropout = child("dropout", new Dropout(dropout));
        this.norm = child("norm", norm);
    }

    /** What the sublayer gets for rows {@code [tokens, hiddenSize]}. */
    public Tensor input(Tensor hidden) {
        return preNorm ? norm.forward(hidden) : hidden;
    }

    /** Runs {@code sublayer} on rows {@code [tokens, hiddenSize]}. */
    public Tensor around(Tensor hidden, UnaryOperator<Tensor> sublayer) {
        Tensor sum = dropout.addTo(hidden, sublayer.apply(input(hidden)));
        return preNorm ? sum : norm.forward(sum);
    }
}
