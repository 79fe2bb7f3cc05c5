package io.transformer4j.models.distilbert;

import io.transformer4j.models.heads.QuestionAnsweringModel;

/** DistilBERT that finds answers in texts (HF {@code DistilBertForQuestionAnswering}). */
public final class DistilBertForQuestionAnswering extends QuestionAnsweringModel.WithLinearHead<DistilBertConfig> {
    /** A model without weights. */
    public DistilBertForQuestionAnswering(DistilBertConfig config) {
        super(new DistilBertModel(config), config.qaDropout(), config.initializer());
    }

    @Override
    protected DistilBertForQuestionAnswering newInstance() {
        return new DistilBertForQuestionAnswering(config());
    }
}
