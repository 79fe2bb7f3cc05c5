package io.transformer4j.models.distilbert;

import io.transformer4j.models.encoder.EncoderForQuestionAnswering;

/** DistilBERT that finds answers in texts (HF {@code DistilBertForQuestionAnswering}). */
public final class DistilBertForQuestionAnswering extends EncoderForQuestionAnswering<DistilBertConfig> {
    /** A model without weights. */
    public DistilBertForQuestionAnswering(DistilBertConfig config) {
        super(new DistilBertModel(config), config.qaDropout(), config.initializer());
    }

    @Override
    protected DistilBertForQuestionAnswering newInstance() {
        return new DistilBertForQuestionAnswering(config());
    }
}
