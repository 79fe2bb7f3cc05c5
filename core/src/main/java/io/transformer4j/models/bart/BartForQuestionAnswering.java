package io.transformer4j.models.bart;

import io.transformer4j.models.seq2seq.EncoderDecoderForQuestionAnswering;
import io.transformer4j.nn.Initializer;

/** BART that finds answers in texts (HF {@code BartForQuestionAnswering}). */
public final class BartForQuestionAnswering extends EncoderDecoderForQuestionAnswering<BartConfig> {
    /** A model without weights. */
    public BartForQuestionAnswering(BartConfig config) {
        super(new BartModel(config), Initializer.normal(config.initStd()));
    }

    @Override
    protected BartForQuestionAnswering newInstance() {
        return new BartForQuestionAnswering(config());
    }
}
