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

    /** Uniform distribution in ±{@code bound}. */
    static Initializer uniform(double bound) {
        return (tensor, generator) -> tensor.uniform_(-bound, bound, new GeneratorOptional(generator));
    }

    /** Uniform distribution in ±√(6 / (inputs + outputs)) of a matrix {@code [outputs, inputs]} (Glorot and Bengio 2010). */
    static Initializer xavierUniform() {
        return (tensor, generator) -> {
            double bound = Math.sqrt(6.0 / (tensor.size(0) + tensor.size(1)));
            tensor.uniform_(-bound, bound, new GeneratorOptional(generator));
        };
    }

    /** Every element {@code value}. */
    static Initializer constant(double value) {
        return (tensor, generator) -> tensor.fill_(new Scalar(value));
    }

    /** Sines in even and cosines in odd columns of a table of positions (Vaswani et al. 2017, §3.5). */
    static Initializer sinusoidal() {
        return (tensor, generator) -> {
            int rows = Math.toIntExact(tensor.size(0));
            int columns = Math.toIntExact(tensor.size(1));
            float[] values = new float[rows * columns];
            for (int i = 0; i < values.length; i++) {
                int row = i / columns;
                int column = i % columns;
                int even = column - column % 2;
                double angle = row / Math.pow(10_000, (double) even / columns);
                values[i] = (float) (column % 2 == 0 ? Math.sin(angle) : Math.cos(angle));
            }
            tensor.copy_(Tensor.create(values).view_as(tensor));
        };
    }

    /** {@code inner}, then row {@code row} set to zero, as HF does for the padding token. */
    static Initializer zeroRow(Initializer inner, long row) {
        return (tensor, generator) -> {
            inner.fill(tensor, generator);
            tensor.select(0, row).zero_();
        };
    }
}
