package io.transformer4j.models.roberta;

import io.transformer4j.models.heads.QuestionAnsweringModel;

/** RoBERTa that finds answers in texts (HF {@code RobertaForQuestionAnswering}). */
public final class RobertaForQuestionAnswering extends QuestionAnsweringModel.WithLinearHead<RobertaConfig> {
    /** A model without weights. */
    public RobertaForQuestionAnswering(RobertaConfig config) {
        super(new RobertaModel(config, false), 0, config.initializer());
    }

    @Override
    protected RobertaForQuestionAnswering newInstance() {
        return new RobertaForQuestionAnswering(config());
    }
}
