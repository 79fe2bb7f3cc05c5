package io.transformer4j.models.gptneo;

import io.transformer4j.models.heads.QuestionAnsweringModel;

/** GPT-Neo that finds answers in texts (HF {@code GPTNeoForQuestionAnswering}). */
public final class GPTNeoForQuestionAnswering extends QuestionAnsweringModel.WithLinearHead<GPTNeoConfig> {
    /** A model without weights. */
    public GPTNeoForQuestionAnswering(GPTNeoConfig config) {
        super(new GPTNeoModel(config), 0, config.initializer());
    }

    @Override
    protected GPTNeoForQuestionAnswering newInstance() {
        return new GPTNeoForQuestionAnswering(config());
    }
}
