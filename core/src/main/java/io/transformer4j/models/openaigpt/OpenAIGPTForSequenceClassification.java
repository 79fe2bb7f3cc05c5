package io.transformer4j.models.openaigpt;

import io.transformer4j.models.decoder.DecoderForSequenceClassification;

/** GPT-1 that classifies sequences (HF {@code OpenAIGPTForSequenceClassification}). */
public final class OpenAIGPTForSequenceClassification extends DecoderForSequenceClassification<OpenAIGPTConfig> {
    /** A model without weights. */
    public OpenAIGPTForSequenceClassification(OpenAIGPTConfig config) {
        super(new OpenAIGPTModel(config), config.initializer());
    }

    @Override
    protected OpenAIGPTForSequenceClassification newInstance() {
        return new OpenAIGPTForSequenceClassification(config());
    }
}
