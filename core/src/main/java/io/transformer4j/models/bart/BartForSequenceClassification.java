package io.transformer4j.models.bart;

import io.transformer4j.models.PretrainedConfig;
import io.transformer4j.models.seq2seq.EncoderDecoderForSequenceClassification;
import io.transformer4j.nn.Initializer;

/** BART that classifies sequences (HF {@code BartForSequenceClassification}). */
public final class BartForSequenceClassification extends EncoderDecoderForSequenceClassification<BartConfig> {
    /** A model without weights. */
    public BartForSequenceClassification(BartConfig config) {
        super(
                new BartModel(config),
                PretrainedConfig.probability(config.other(), "classifier_dropout", 0),
                Initializer.normal(config.initStd()));
    }

    @Override
    protected BartForSequenceClassification newInstance() {
        return new BartForSequenceClassification(config());
    }
}
