package io.transformer4j.models.bart;

import io.transformer4j.models.WeightMap;
import io.transformer4j.models.seq2seq.EncoderDecoderModel;
import io.transformer4j.models.seq2seq.FairseqNames;

/** BART with its output layer (HF {@code BartForConditionalGeneration}). */
public final class BartForConditionalGeneration extends EncoderDecoderModel<BartConfig> {
    /** A model without weights. */
    public BartForConditionalGeneration(BartConfig config) {
        super(new BartModel(config));
    }

    @Override
    protected WeightMap headWeights() {
        return FairseqNames.head(config().spec());
    }

    @Override
    protected BartForConditionalGeneration newInstance() {
        return new BartForConditionalGeneration(config());
    }
}
