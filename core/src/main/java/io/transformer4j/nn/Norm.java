package io.transformer4j.nn;

import org.bytedeco.pytorch.Tensor;

/** A normalization of hidden states, row by row. */
public abstract class Norm extends Module {
    /** Normalizes each row of {@code [tokens, size]}. */
    public abstract Tensor forward(Tensor input);
}
