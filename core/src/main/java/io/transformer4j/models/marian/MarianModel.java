package io.transformer4j.models.marian;

import io.transformer4j.models.WeightMap;
import io.transformer4j.models.seq2seq.EncoderDecoderBody;
import io.transformer4j.models.seq2seq.FairseqNames;

/** Marian without output layer (HF {@code MarianModel}). */
public final class MarianModel extends EncoderDecoderBody<MarianConfig> {
    /** A model without weights. */
    public MarianModel(MarianConfig config) {
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
    protected MarianModel newInstance() {
        return new MarianModel(config());
    }
}
