package io.transformer4j.models.t5;

import io.transformer4j.models.heads.TokenClassificationModel;
import io.transformer4j.nn.Initializer;

/** T5's encoder that classifies tokens (HF {@code T5ForTokenClassification}). */
public final class T5ForTokenClassification extends TokenClassificationModel<T5Config> {
    /** A model without weights. */
    public T5ForTokenClassification(T5Config config) {
        super(new T5EncoderModel(config), config.classifierDropout(), Initializer.normal(config.initializerFactor()));
    }

    @Override
    protected T5ForTokenClassification newInstance() {
        return new T5ForTokenClassification(config());
    }
}
