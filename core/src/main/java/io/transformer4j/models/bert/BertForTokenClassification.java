package io.transformer4j.models.bert;

import io.transformer4j.models.heads.TokenClassificationModel;

/** BERT that classifies tokens (HF {@code BertForTokenClassification}). */
public final class BertForTokenClassification extends TokenClassificationModel<BertConfig> {
    /** A model without weights. */
    public BertForTokenClassification(BertConfig config) {
        super(new BertModel(config, false), config.headDropout(), config.initializer());
    }

    @Override
    protected BertForTokenClassification newInstance() {
        return new BertForTokenClassification(config());
    }
}
