package io.transformer4j.models.roberta;

import io.transformer4j.models.encoder.EncoderForTokenClassification;

/** RoBERTa that classifies tokens (HF {@code RobertaForTokenClassification}). */
public final class RobertaForTokenClassification extends EncoderForTokenClassification<RobertaConfig> {
    /** A model without weights. */
    public RobertaForTokenClassification(RobertaConfig config) {
        super(new RobertaModel(config, false), config.headDropout(), config.initializer());
    }

    @Override
    protected RobertaForTokenClassification newInstance() {
        return new RobertaForTokenClassification(config());
    }
}
