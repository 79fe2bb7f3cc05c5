package io.transformer4j.models.encoder;

import io.transformer4j.models.PretrainedConfig;
import io.transformer4j.models.TrainableModel;
import io.transformer4j.models.WeightMap;

/**
 * An encoder with a head. A family's class says which encoder and head, and how the checkpoint calls the head's weights.
 *
 * @param <C> the family's configuration
 */
public abstract class EncoderTask<C extends PretrainedConfig> extends TrainableModel {
    private final EncoderModel<C> encoder;

    /** A model on {@code encoder}. */
    protected EncoderTask(EncoderModel<C> encoder) {
        this.encoder = child("encoder", encoder);
    }

    /** The encoder. */
    public final EncoderModel<C> encoder() {
        return encoder;
    }

    /** The checkpoint's name of the word embeddings. */
    protected final String wordEmbeddingsKey() {
        return encoder.baseModelPrefix()
                + encoder.weightMap().entries().get(0).keys().get(0);
    }

    /** Names of the head's weights, whose own are those of the child {@code head}. */
    protected abstract WeightMap headWeights();

    @Override
    public final C config() {
        return encoder.config();
    }

    @Override
    public final String baseModelPrefix() {
        return encoder.baseModelPrefix();
    }

    @Override
    public final WeightMap weightMap() {
        return encoder.weightMap()
                .prefixed("encoder.", encoder.baseModelPrefix())
                .and(headWeights().prefixed("head.", ""));
    }
}
