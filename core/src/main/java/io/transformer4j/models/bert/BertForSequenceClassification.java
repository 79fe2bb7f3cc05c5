package io.transformer4j.models.bert;

import io.transformer4j.models.WeightMap;
import io.transformer4j.models.encoder.EncoderForSequenceClassification;
import io.transformer4j.models.heads.SequenceHead;
import io.transformer4j.nn.Activation;

/** BERT that classifies sequences (HF {@code BertForSequenceClassification}). Its dense layer is BERT's pooler. */
public final class BertForSequenceClassification extends EncoderForSequenceClassification<BertConfig> {
    /** A model without weights. */
    public BertForSequenceClassification(BertConfig config) {
        super(
                new BertModel(config, false),
                new SequenceHead.Config(0, Activation.TANH, config.headDropout(), config.initializer()));
    }

    @Override
    protected BertForSequenceClassification newInstance() {
        return new BertForSequenceClassification(config());
    }

    @Override
    protected WeightMap headWeights() {
        return WeightMap.builder()
                .addPair("dense", "bert.pooler.dense")
                .addPair("classifier", "classifier")
                .build();
    }
}
