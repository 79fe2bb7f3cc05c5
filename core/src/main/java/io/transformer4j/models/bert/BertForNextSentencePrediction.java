package io.transformer4j.models.bert;

import io.transformer4j.models.Labels;
import io.transformer4j.models.WeightMap;
import io.transformer4j.models.encoder.EncoderForSequenceClassification;
import io.transformer4j.models.heads.SequenceHead;
import io.transformer4j.nn.Activation;

/** BERT that tells whether a text follows another (HF {@code BertForNextSentencePrediction}); class 0 says that it does. */
public final class BertForNextSentencePrediction extends EncoderForSequenceClassification<BertConfig> {
    /** A model without weights. */
    public BertForNextSentencePrediction(BertConfig config) {
        super(
                new BertModel(config, false),
                new SequenceHead.Config(0, Activation.TANH, 0, config.initializer()),
                Labels.of("follows", "does not follow"));
    }

    @Override
    protected BertForNextSentencePrediction newInstance() {
        return new BertForNextSentencePrediction(config());
    }

    @Override
    protected WeightMap headWeights() {
        return WeightMap.builder()
                .addPair("dense", "bert.pooler.dense")
                .addPair("classifier", "cls.seq_relationship")
                .build();
    }
}
