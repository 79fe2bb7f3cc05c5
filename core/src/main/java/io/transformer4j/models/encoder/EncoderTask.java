package io.transformer4j.models.encoder;

import io.transformer4j.models.PretrainedConfig;
import io.transformer4j.models.heads.TaskModel;

/**
 * An encoder with a head of a kind that only encoders have.
 *
 * @param <C> the family's configuration
 */
public abstract class EncoderTask<C extends PretrainedConfig> extends TaskModel<C> {
    private final EncoderModel<C> encoder;

    /** A model on {@code encoder}. */
    protected EncoderTask(EncoderModel<C> encoder) {
        super(encoder);
        this.encoder = encoder;
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
}
