package io.transformer4j.models.roberta;

import io.transformer4j.models.heads.TokenClassificationModel;

/** RoBERTa that classifies tokens (HF {@code RobertaForTokenClassification}). */
public final class RobertaForTokenClassification extends TokenClassificationModel<RobertaConfig> {
    /** A model without weights. */
    public RobertaForTokenClassification(RobertaConfig config) {
        super(new RobertaModel(config, false), config.headDropout(), config.initializer());
    }

    @Override
    protected RobertaForTokenClassification newInstance() {
        return new RobertaForTokenClassification(config());
    }
}
