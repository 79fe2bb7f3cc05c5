package io.transformer4j.models.marian;

import io.transformer4j.models.WeightMap;
import io.transformer4j.models.seq2seq.EncoderDecoderModel;
import io.transformer4j.models.seq2seq.FairseqNames;

/** Marian with its output layer (HF {@code MarianMTModel}). */
public final class MarianMTModel extends EncoderDecoderModel<MarianConfig> {
    /** A model without weights. */
    public MarianMTModel(MarianConfig config) {
        super(new MarianModel(config));
    }

    @Override
    protected WeightMap headWeights() {
        return FairseqNames.head(config().spec());
    }

    @Override
    protected MarianMTModel newInstance() {
        return new MarianMTModel(config());
    }
}
