package io.transformer4j.models.roberta;

import io.transformer4j.models.encoder.EncoderForQuestionAnswering;

/** RoBERTa that finds answers in texts (HF {@code RobertaForQuestionAnswering}). */
public final class RobertaForQuestionAnswering extends EncoderForQuestionAnswering<RobertaConfig> {
    /** A model without weights. */
    public RobertaForQuestionAnswering(RobertaConfig config) {
        super(new RobertaModel(config, false), 0, config.initializer());
    }

    @Override
    protected RobertaForQuestionAnswering newInstance() {
        return new RobertaForQuestionAnswering(config());
    }
}
