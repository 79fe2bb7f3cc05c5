package io.transformer4j.models.bert;

import io.transformer4j.models.encoder.EncoderForPreTraining;

/** BERT with both pre-training heads: masked tokens and next sentence (HF {@code BertForPreTraining}). */
public final class BertForPreTraining extends EncoderForPreTraining<BertConfig> {
    /** A model without weights. */
    public BertForPreTraining(BertConfig config) {
        super(new BertModel(config, true));
    }

    @Override
    protected BertForPreTraining newInstance() {
        return new BertForPreTraining(config());
    }
}
