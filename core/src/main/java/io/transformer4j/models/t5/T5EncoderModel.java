package io.transformer4j.models.t5;

import io.transformer4j.models.WeightMap;
import io.transformer4j.models.seq2seq.EncoderOnlyModel;

/** The encoder of T5 by itself (HF {@code T5EncoderModel}). */
public final class T5EncoderModel extends EncoderOnlyModel<T5Config> {
    /** A model without weights. */
    public T5EncoderModel(T5Config config) {
        super(config);
    }

    @Override
    public String baseModelPrefix() {
        return "transformer.";
    }

    @Override
    public WeightMap weightMap() {
        return T5Names.encoder(config());
    }

    @Override
    protected T5EncoderModel newInstance() {
        return new T5EncoderModel(config());
    }
}
