package io.transformer4j.models.llama;

import io.transformer4j.models.heads.QuestionAnsweringModel;

/** Llama that finds answers in texts (HF {@code LlamaForQuestionAnswering}). */
public final class LlamaForQuestionAnswering extends QuestionAnsweringModel.WithLinearHead<LlamaConfig> {
    /** A model without weights. */
    public LlamaForQuestionAnswering(LlamaConfig config) {
        super(new LlamaModel(config, "transformer."), 0, config.initializer());
    }

    @Override
    protected LlamaForQuestionAnswering newInstance() {
        return new LlamaForQuestionAnswering(config());
    }
}
