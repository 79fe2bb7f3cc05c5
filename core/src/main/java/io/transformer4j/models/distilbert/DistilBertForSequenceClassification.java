package io.transformer4j.models.distilbert;

import io.transformer4j.models.WeightMap;
import io.transformer4j.models.encoder.EncoderForSequenceClassification;
import io.transformer4j.models.heads.SequenceHead;
import io.transformer4j.nn.Activation;

/** DistilBERT that classifies sequences (HF {@code DistilBertForSequenceClassification}). */
public final class DistilBertForSequenceClassification extends EncoderForSequenceClassification<DistilBertConfig> {
    /** A model without weights. */
    public DistilBertForSequenceClassification(DistilBertConfig config) {
        super(
                new DistilBertModel(config),
                new SequenceHead.Config(0, Activation.RELU, config.seqClassifDropout(), config.initializer()));
    }

    @Override
    protected DistilBertForSequenceClassification newInstance() {
        return new DistilBertForSequenceClassification(config());
    }

    @Override
    protected WeightMap headWeights() {
        return WeightMap.builder()
                .addPair("dense", "pre_classifier")
                .addPair("classifier", "classifier")
                .build();
    }
}
