package io.transformer4j.models.bert;

import io.transformer4j.models.WeightMap;
import io.transformer4j.models.encoder.BertNames;
import io.transformer4j.models.encoder.EncoderModel;

/** The bare BERT encoder, with or without pooler (HF {@code BertModel}). */
public final class BertModel extends EncoderModel<BertConfig> {
    /** An encoder with pooler. */
    public BertModel(BertConfig config) {
        this(config, true);
    }

    /** An encoder; most heads need no pooler. */
    BertModel(BertConfig config, boolean withPooler) {
        super(config, config.embeddings(), config::layer, withPooler);
    }

    @Override
    public String baseModelPrefix() {
        return "bert.";
    }

    @Override
    protected BertModel newInstance() {
        return new BertModel(config(), hasPooler());
    }

    @Override
    public BertModel withoutOptionalParts() {
        return new BertModel(config(), false);
    }

    @Override
    public WeightMap weightMap() {
        return BertNames.encoder(config().numHiddenLayers(), hasPooler()).and(kernelWeights());
    }
}
