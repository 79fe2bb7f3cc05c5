package io.transformer4j.models.heads;

import io.transformer4j.models.BodyModel;
import io.transformer4j.models.PretrainedConfig;
import io.transformer4j.models.TrainableModel;
import io.transformer4j.models.WeightMap;

/**
 * A model with a head. A family's class says which body and head, and how the checkpoint calls the head's weights.
 *
 * @param <C> the family's configuration
 */
public abstract class TaskModel<C extends PretrainedConfig> extends TrainableModel {
    private final BodyModel<C> body;

    /** A model on {@code body}. */
    protected TaskModel(BodyModel<C> body) {
        this.body = child("body", body);
    }

    /** The model below the head. */
    public final BodyModel<C> body() {
        return body;
    }

    /** Names of the head's weights, whose own are those of the child {@code head}. */
    protected abstract WeightMap headWeights();

    /** What the body's keys have before them in a checkpoint of this model. */
    protected String bodyPrefix() {
        return baseModelPrefix();
    }

    @Override
    public final C config() {
        return body.config();
    }

    @Override
    public final String baseModelPrefix() {
        return body.baseModelPrefix();
    }

    @Override
    public final boolean dependsOnPadding() {
        return body.dependsOnPadding();
    }

    @Override
    public final WeightMap weightMap() {
        return body.weightMap()
                .prefixed("body.", bodyPrefix())
                .and(headWeights().prefixed("head.", ""));
    }
}
