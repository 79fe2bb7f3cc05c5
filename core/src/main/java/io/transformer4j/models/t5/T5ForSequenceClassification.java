package io.transformer4j.models.t5;

import io.transformer4j.models.seq2seq.EncoderDecoderForSequenceClassification;
import io.transformer4j.nn.Initializer;

/** T5 that classifies sequences (HF {@code T5ForSequenceClassification}). */
public final class T5ForSequenceClassification extends EncoderDecoderForSequenceClassification<T5Config> {
    /** A model without weights. */
    public T5ForSequenceClassification(T5Config config) {
        super(
                new T5Model(config),
                config.classifierDropout(),
                Initializer.normal(config.initializerFactor() / Math.sqrt((double) config.dModel())));
    }

    @Override
    protected T5ForSequenceClassification newInstance() {
        return new T5ForSequenceClassification(config());
    }
}
