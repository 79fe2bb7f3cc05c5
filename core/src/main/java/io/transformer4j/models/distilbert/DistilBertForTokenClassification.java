package io.transformer4j.models.distilbert;

import io.transformer4j.models.heads.TokenClassificationModel;

/** DistilBERT that classifies tokens (HF {@code DistilBertForTokenClassification}). */
public final class DistilBertForTokenClassification extends TokenClassificationModel<DistilBertConfig> {
    /** A model without weights. */
    public DistilBertForTokenClassification(DistilBertConfig config) {
        super(new DistilBertModel(config), config.dropout(), config.initializer());
    }

    @Override
    protected DistilBertForTokenClassification newInstance() {
        return new DistilBertForTokenClassification(config());
    }
}
