package io.transformer4j.models;

/**
 * A model without head whose family is known: what the heads of that family stand on.
 *
 * @param <C> the family's configuration
 */
public abstract class BodyModel<C extends PretrainedConfig> extends PretrainedModel implements BareModel {
    private final C config;

    /** A model of this architecture. */
    protected BodyModel(C config) {
        this.config = config;
    }

    /** Runs a batch; hidden states of the last layer only. */
    public final BaseModelOutput forward(ModelInputs inputs) {
        return forward(inputs, false);
    }

    @Override
    public final C config() {
        return config;
    }
}
