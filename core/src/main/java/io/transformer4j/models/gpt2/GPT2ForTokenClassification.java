package io.transformer4j.models.gpt2;

import io.transformer4j.models.heads.TokenClassificationModel;

/** GPT-2 that classifies tokens (HF {@code GPT2ForTokenClassification}). */
public final class GPT2ForTokenClassification extends TokenClassificationModel<GPT2Config> {
    /** A model without weights. */
    public GPT2ForTokenClassification(GPT2Config config) {
        super(new GPT2Model(config), config.classifierDropout(), config.initializer());
    }

    @Override
    protected GPT2ForTokenClassification newInstance() {
        return new GPT2ForTokenClassification(config());
    }
}
