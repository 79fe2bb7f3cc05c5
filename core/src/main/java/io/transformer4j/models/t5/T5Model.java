package io.transformer4j.models.t5;

import io.transformer4j.models.WeightMap;
import io.transformer4j.models.seq2seq.EncoderDecoderBody;

/** T5 without output layer (HF {@code T5Model}). */
public final class T5Model extends EncoderDecoderBody<T5Config> {
    /** A model without weights. */
    public T5Model(T5Config config) {
        super(config);
    }

    @Override
    public String baseModelPrefix() {
        return "transformer.";
    }

    @Override
    public WeightMap weightMap() {
        return T5Names.both(config());
    }

    @Override
    protected T5Model newInstance() {
        return new T5Model(config());
    }
}
