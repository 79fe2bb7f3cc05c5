package io.transformer4j.models.llama;

import io.transformer4j.models.heads.TokenClassificationModel;

/** Llama that classifies tokens (HF {@code LlamaForTokenClassification}). */
public final class LlamaForTokenClassification extends TokenClassificationModel<LlamaConfig> {
    /** A model without weights. */
    public LlamaForTokenClassification(LlamaConfig config) {
        super(new LlamaModel(config), config.classifierDropout(), config.initializer());
    }

    @Override
    protected LlamaForTokenClassification newInstance() {
        return new LlamaForTokenClassification(config());
    }

    @Override
    protected String classifierKey() {
        return "score";
    }
}
