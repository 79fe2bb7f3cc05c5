package io.transformer4j.models.gpt2;

import io.transformer4j.models.decoder.DecoderForSequenceClassification;

/** GPT-2 that classifies sequences (HF {@code GPT2ForSequenceClassification}). */
public final class GPT2ForSequenceClassification extends DecoderForSequenceClassification<GPT2Config> {
    /** A model without weights. */
    public GPT2ForSequenceClassification(GPT2Config config) {
        super(new GPT2Model(config), config.initializer());
    }

    @Override
    protected GPT2ForSequenceClassification newInstance() {
        return new GPT2ForSequenceClassification(config());
    }
}
