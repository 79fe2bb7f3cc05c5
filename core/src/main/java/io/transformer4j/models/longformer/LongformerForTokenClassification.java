package io.transformer4j.models.longformer;

import io.transformer4j.models.heads.TokenClassificationModel;

/** Longformer that classifies tokens (HF {@code LongformerForTokenClassification}). */
public final class LongformerForTokenClassification extends TokenClassificationModel<LongformerConfig> {
    /** A model without weights. */
    public LongformerForTokenClassification(LongformerConfig config) {
        super(new LongformerModel(config, false, false), config.headDropout(), config.initializer());
    }

    @Override
    protected LongformerForTokenClassification newInstance() {
        return new LongformerForTokenClassification(config());
    }
}
