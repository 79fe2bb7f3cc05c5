package io.transformer4j.nn;

import io.soabase.recordbuilder.core.RecordBuilder;
import org.bytedeco.pytorch.Tensor;

/**
 * Position-wise feed-forward network: {@code W₂ activation(W₁ x + b₁) + b₂} (Vaswani et al. 2017, §3.3), or with a gate
 * {@code W₂ (activation(G x) · W₁ x)} (Shazeer 2020). The gate {@code G} stands above {@code W₁} in {@code
 * intermediate.weight [2 · intermediateSize, hiddenSize]}, so that both are one product.
 */
public final class FeedForward extends Module {
    private final long intermediateSize;
    private final boolean gated;
    private final Linear intermediate;
    private final Activation activation;
    private final Dropout dropout;
    private final Linear output;

    /**
     * Settings of a {@link FeedForward}.
     *
     * @param gated whether there is a gate
     * @param bias whether the linear maps have biases
     * @param activationDropout behind the activation
     * @param outputInitializer for {@code W₂}
     */
    @RecordBuilder
    public record Config(
            long hiddenSize,
            long intermediateSize,
            Activation activation,
            boolean gated,
            boolean bias,
            double activationDropout,
            Initializer initializer,
            Initializer outputInitializer)
            implements FeedForwardConfigBuilder.With {

        /** With biases, without gate and without dropout. */
        public Config(long hiddenSize, long intermediateSize, Activation activation, Initializer initializer) {
            this(hiddenSize, intermediateSize, activation, false, true, 0, initializer, initializer);
        }
    }

    /** Widens {@code hiddenSize} to {@code intermediateSize} and back. */
    public FeedForward(Config config) {
        intermediateSize = config.intermediateSize();
        gated = config.gated();
        long width = gated ? 2 * intermediateSize : intermediateSize;
        intermediate =
                child("intermediate", new Linear(config.hiddenSize(), width, config.bias(), config.initializer()));
        activation = config.activation();
        dropout = child("dropout", new Dropout(config.activationDropout()));
        output = child(
                "output", new Linear(intermediateSize, config.hiddenSize(), config.bias(), config.outputInitializer()));
    }

    /** Maps each row of {@code [tokens, hiddenSize]}. */
    public Tensor forward(Tensor hidden) {
        Tensor wide = intermediate.forward(hidden); // [tokens, intermediateSize or twice that]
        Tensor active =
                observed(() -> activationCost(wide.size(0)), wide, this::activated); // [tokens, intermediateSize]
        return output.forward(dropout.forward(active));
    }

    /** Forward the products in, the result out; backward these again with the gradients of both. */
    private Operator activationCost(long rows) {
        double in = (double) rows * intermediateSize * (gated ? 2 : 1);
        double out = (double) rows * intermediateSize;
        return Operator.elementwise(
                Operator.Kind.ACTIVATION, activation.hfName() + (gated ? " and gate" : ""), in + out, 2 * in + out);
    }

    /** {@code [tokens, intermediateSize]}. */
    private Tensor activated(Tensor wide) {
        return gated
                ? activation
                        .apply(wide.narrow(1, 0, intermediateSize))
                        .mul(wide.narrow(1, intermediateSize, intermediateSize))
                : activation.apply(wide);
    }
}
