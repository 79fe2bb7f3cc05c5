package io.transformer4j.models.roberta;

import io.transformer4j.models.WeightMap;
import io.transformer4j.models.encoder.EncoderForSequenceClassification;
import io.transformer4j.models.heads.SequenceHead;
import io.transformer4j.nn.Activation;

/** RoBERTa that classifies sequences (HF {@code RobertaForSequenceClassification}). */
public final class RobertaForSequenceClassification extends EncoderForSequenceClassification<RobertaConfig> {
    /** A model without weights. */
    public RobertaForSequenceClassification(RobertaConfig config) {
        super(
                new RobertaModel(config, false),
                new SequenceHead.Config(
                        config.headDropout(), Activation.TANH, config.headDropout(), config.initializer()));
    }

    @Override
    protected RobertaForSequenceClassification newInstance() {
        return new RobertaForSequenceClassification(config());
    }

    @Override
    protected WeightMap headWeights() {
        return WeightMap.builder()
                .addPair("dense", "classifier.dense")
                .addPair("classifier", "classifier.out_proj")
                .build();
    }
}
