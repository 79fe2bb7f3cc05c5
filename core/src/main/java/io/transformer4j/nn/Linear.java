package io.transformer4j.nn;

import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** {@code y = x Wᵀ + b}, with {@code W} of shape {@code [outputSize, inputSize]} as in HF's {@code nn.Linear}. */
public final class Linear extends Module {
    private final Parameter weight;
    private final @Nullable Parameter bias;

    /** A linear map with a bias of zeros, or without bias. */
    public Linear(long inputSize, long outputSize, boolean bias, Initializer initializer) {
        this.weight = matrix(parameter("weight", new Parameter(initializer, outputSize, inputSize)));
        this.bias = bias ? parameter("bias", new Parameter(Initializer.constant(0), outputSize)) : null;
    }

    /**
     * Applies the map.
     *
     * @param input {@code [tokens, inputSize]}
     * @return {@code [tokens, outputSize]}
     */
    public Tensor forward(Tensor input) {
        return forward(input, 0, weight.shape()[0]);
    }

    /**
     * Some of the outputs only.
     *
     * @param input {@code [tokens, inputSize]}
     * @param first the first output that is wanted
     * @param count number of outputs
     * @return {@code [tokens, count]}
     */
    public Tensor forward(Tensor input, long first, long count) {
        return observed(
                () -> Operator.product(input.size(0), weight.shape()[1], count),
                input,
                rows -> weight.product(rows, bias, first, count));
    }

    /** The weight, {@code [outputSize, inputSize]}. */
    public Parameter weight() {
        return weight;
    }
}
