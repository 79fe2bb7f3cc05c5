package io.transformer4j.nn;

import org.bytedeco.pytorch.Tensor;

/** Position-wise feed-forward network (Vaswani et al. 2017, §3.3): {@code W₂ activation(W₁ x + b₁) + b₂}. */
public final class FeedForward extends Module {
    private final Linear intermediate;
    private final Activation activation;
    private final Linear output;

    /** Widens {@code hiddenSize} to {@code intermediateSize} and back. */
    public FeedForward(
            long hiddenSize,
            long intermediateSize,
            Activation activation,
            Initializer initializer,
            Initializer outputInitializer) {
        this.intermediate = child("intermediate", new Linear(hiddenSize, intermediateSize, true, initializer));
        this.activation = activation;
        this.output = child("output", new Linear(intermediateSize, hiddenSize, true, outputInitializer));
    }

    /** Maps each row of {@code [tokens, hiddenSize]}. */
    public Tensor forward(Tensor hidden) {
        return output.forward(activation.apply(intermediate.forward(hidden)));
    }
}
