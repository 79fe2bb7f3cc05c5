package io.transformer4j.models.roberta;

import io.transformer4j.models.WeightMap;
import io.transformer4j.models.encoder.BertNames;
import io.transformer4j.models.encoder.EncoderModel;

/** The bare RoBERTa encoder, with or without pooler (HF {@code RobertaModel}). */
public final class RobertaModel extends EncoderModel<RobertaConfig> {
    /** An encoder with pooler. */
    public RobertaModel(RobertaConfig config) {
        this(config, true);
    }

    /** An encoder; most heads need no pooler. */
    RobertaModel(RobertaConfig config, boolean withPooler) {
        super(config, config.embeddings(), config::layer, withPooler);
    }

    @Override
    public String baseModelPrefix() {
        return "roberta.";
    }

    @Override
    protected RobertaModel newInstance() {
        return new RobertaModel(config(), hasPooler());
    }

    @Override
    public RobertaModel withoutOptionalParts() {
        return new RobertaModel(config(), false);
    }

    @Override
    public WeightMap weightMap() {
        return BertNames.encoder(config().numHiddenLayers(), hasPooler()).and(kernelWeights());
    }
}
