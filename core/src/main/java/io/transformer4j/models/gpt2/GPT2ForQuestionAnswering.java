package io.transformer4j.models.gpt2;

import io.transformer4j.models.heads.QuestionAnsweringModel;

/** GPT-2 that finds answers in texts (HF {@code GPT2ForQuestionAnswering}). */
public final class GPT2ForQuestionAnswering extends QuestionAnsweringModel.WithLinearHead<GPT2Config> {
    /** A model without weights. */
    public GPT2ForQuestionAnswering(GPT2Config config) {
        super(new GPT2Model(config), 0, config.initializer());
    }

    @Override
    protected GPT2ForQuestionAnswering newInstance() {
        return new GPT2ForQuestionAnswering(config());
    }
}
