package io.transformer4j.models.gptneo;

import io.transformer4j.models.decoder.DecoderForSequenceClassification;

/** GPT-Neo that classifies sequences (HF {@code GPTNeoForSequenceClassification}). */
public final class GPTNeoForSequenceClassification extends DecoderForSequenceClassification<GPTNeoConfig> {
    /** A model without weights. */
    public GPTNeoForSequenceClassification(GPTNeoConfig config) {
        super(new GPTNeoModel(config), config.initializer());
    }

    @Override
    protected GPTNeoForSequenceClassification newInstance() {
        return new GPTNeoForSequenceClassification(config());
    }
}
