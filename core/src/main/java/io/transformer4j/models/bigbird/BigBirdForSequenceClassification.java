package io.transformer4j.models.bigbird;

import io.transformer4j.models.WeightMap;
import io.transformer4j.models.encoder.EncoderForSequenceClassification;
import io.transformer4j.models.heads.SequenceHead;
import io.transformer4j.nn.Activation;

/** BigBird that classifies sequences (HF {@code BigBirdForSequenceClassification}). */
public final class BigBirdForSequenceClassification extends EncoderForSequenceClassification<BigBirdConfig> {
    /** A model without weights. */
    public BigBirdForSequenceClassification(BigBirdConfig config) {
        super(
                new BigBirdModel(config, false),
                new SequenceHead.Config(
                        config.headDropout(),
                        Activation.of(config.hiddenAct()),
                        config.headDropout(),
                        config.initializer()));
    }

    @Override
    protected BigBirdForSequenceClassification newInstance() {
        return new BigBirdForSequenceClassification(config());
    }

    @Override
    protected WeightMap headWeights() {
        return BigBirdModel.aboveUnreadPooler(WeightMap.builder()
                .addPair("dense", "classifier.dense")
                .addPair("classifier", "classifier.out_proj")
                .build());
    }
}
