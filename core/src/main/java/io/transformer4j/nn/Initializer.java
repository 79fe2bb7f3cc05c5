package io.transformer4j.nn;

import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** How a fresh {@link Parameter} gets its first values. */
@FunctionalInterface
public interface Initializer {
    /** Fills {@code tensor} in place, drawing from {@code generator} if values are random. */
    void fill(Tensor tensor, Generator generator);

    /** Normal distribution with mean 0. */
    static Initializer normal(double standardDeviation) {
        return (tensor, generator) -> tensor.normal_(0, standardDeviation, new GeneratorOptional(generator));
    }

    /** Every element {@code value}. */
    static Initializer constant(double value) {
        return (tensor, generator) -> tensor.fill_(new Scalar(value));
    }

    /** {@code inner}, then row {@code row} set to zero, as HF does for the padding token. */
    static Initializer zeroRow(Initializer inner, long row) {
        return (tensor, generator) -> {
            inner.fill(tensor, generator);
            tensor.select(0, row).zero_();
        };
    }
}
