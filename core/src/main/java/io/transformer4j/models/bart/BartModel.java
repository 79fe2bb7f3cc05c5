package io.transformer4j.models.bart;

import io.transformer4j.models.WeightMap;
import io.transformer4j.models.seq2seq.EncoderDecoderBody;
import io.transformer4j.models.seq2seq.FairseqNames;

/** BART without output layer (HF {@code BartModel}). */
public final class BartModel extends EncoderDecoderBody<BartConfig> {
    /** A model without weights. */
    public BartModel(BartConfig config) {
        super(config);
    }

    @Override
    public String baseModelPrefix() {
        return "model.";
    }

    @Override
    public WeightMap weightMap() {
        return FairseqNames.weightMap(config().spec());
    }

    @Override
    protected BartModel newInstance() {
        return new BartModel(config());
    }
}
