package io.transformer4j.models.llama;

import io.transformer4j.models.decoder.DecoderForSequenceClassification;

/** Llama that classifies sequences (HF {@code LlamaForSequenceClassification}). */
public final class LlamaForSequenceClassification extends DecoderForSequenceClassification<LlamaConfig> {
    /** A model without weights. */
    public LlamaForSequenceClassification(LlamaConfig config) {
        super(new LlamaModel(config), config.initializer());
    }

    @Override
    protected LlamaForSequenceClassification newInstance() {
        return new LlamaForSequenceClassification(config());
    }
}
