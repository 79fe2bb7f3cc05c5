package io.transformer4j.models.longformer;

import io.transformer4j.models.WeightMap;
import io.transformer4j.models.encoder.EncoderForSequenceClassification;
import io.transformer4j.models.heads.SequenceHead;
import io.transformer4j.nn.Activation;

/**
 * Longformer that classifies sequences (HF {@code LongformerForSequenceClassification}); its first token is global unless
 * the inputs name others.
 */
public final class LongformerForSequenceClassification extends EncoderForSequenceClassification<LongformerConfig> {
    /** A model without weights. */
    public LongformerForSequenceClassification(LongformerConfig config) {
        super(
                new LongformerModel(config, false, true),
                new SequenceHead.Config(
                        config.hiddenDropoutProb(), Activation.TANH, config.hiddenDropoutProb(), config.initializer()));
    }

    @Override
    protected LongformerForSequenceClassification newInstance() {
        return new LongformerForSequenceClassification(config());
    }

    @Override
    protected WeightMap headWeights() {
        return WeightMap.builder()
                .addPair("dense", "classifier.dense")
                .addPair("classifier", "classifier.out_proj")
                .build();
    }
}
