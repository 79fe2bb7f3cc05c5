package io.transformer4j.models.bert;

import io.transformer4j.models.heads.QuestionAnsweringModel;

/** BERT that finds answers in texts (HF {@code BertForQuestionAnswering}). */
public final class BertForQuestionAnswering extends QuestionAnsweringModel.WithLinearHead<BertConfig> {
    /** A model without weights. */
    public BertForQuestionAnswering(BertConfig config) {
        super(new BertModel(config, false), 0, config.initializer());
    }

    @Override
    protected BertForQuestionAnswering newInstance() {
        return new BertForQuestionAnswering(config());
    }
}
