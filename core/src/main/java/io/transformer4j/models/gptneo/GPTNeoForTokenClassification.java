package io.transformer4j.models.gptneo;

import io.transformer4j.models.heads.TokenClassificationModel;

/** GPT-Neo that classifies tokens (HF {@code GPTNeoForTokenClassification}). */
public final class GPTNeoForTokenClassification extends TokenClassificationModel<GPTNeoConfig> {
    /** A model without weights. */
    public GPTNeoForTokenClassification(GPTNeoConfig config) {
        super(new GPTNeoModel(config), config.classifierDropout(), config.initializer());
    }

    @Override
    protected GPTNeoForTokenClassification newInstance() {
        return new GPTNeoForTokenClassification(config());
    }
}
