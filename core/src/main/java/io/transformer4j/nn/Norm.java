package io.transformer4j.nn;

import org.bytedeco.pytorch.Tensor;

/** A normalization of hidden states, row by row. */
public abstract class Norm extends Module {
    /** Normalizes each row of {@code [tokens, size]}. */
    public final Tensor forward(Tensor input) {
        return observed(() -> cost((double) input.numel()), input, this::normalized);
    }

    /** Forward a row in, a row out; backward the input, the gradient, and the input's gradient. */
    private static Operator cost(double elements) {
        return Operator.elementwise(Operator.Kind.NORM, "norm", 2 * elements, 3 * elements);
    }

    /** What {@link #forward} computes. */
    abstract Tensor normalized(Tensor input);
}
