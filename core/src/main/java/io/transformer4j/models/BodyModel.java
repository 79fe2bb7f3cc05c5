package io.transformer4j.models;

import io.transformer4j.attention.ChosenTokens;
import org.bytedeco.pytorch.Tensor;

/**
 * A model without head whose family is known: what the heads of that family stand on.
 *
 * @param <C> the family's configuration
 */
public abstract class BodyModel<C extends PretrainedConfig> extends PretrainedModel {
    private final C config;

    /** A model of this architecture. */
    protected BodyModel(C config) {
        this.config = config;
    }

    /**
     * Runs a batch.
     *
     * @param outputHiddenStates whether to return the hidden states of all layers too
     * @throws IllegalArgumentException if a sequence has more tokens than the model has positions
     */
    public abstract BaseModelOutput forward(ModelInputs inputs, boolean outputHiddenStates);

    /** Runs a batch; hidden states of the last layer only. */
    public final BaseModelOutput forward(ModelInputs inputs) {
        return forward(inputs, false);
    }

    /**
     * The last hidden states of chosen tokens, {@code [chosen tokens, hiddenSize]}.
     *
     * @throws IllegalArgumentException if a sequence has more tokens than the model has positions
     */
    public Tensor forward(ModelInputs inputs, ChosenTokens chosen) {
        return chosen.of(forward(inputs).lastHiddenState());
    }

    @Override
    public final C config() {
        return config;
    }
}
