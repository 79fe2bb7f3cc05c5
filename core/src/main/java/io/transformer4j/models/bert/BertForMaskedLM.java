package io.transformer4j.models.bert;

import io.transformer4j.models.WeightMap;
import io.transformer4j.models.encoder.BertNames;
import io.transformer4j.models.encoder.EncoderForMaskedLM;

/** BERT with a masked-language head (HF {@code BertForMaskedLM}). */
public final class BertForMaskedLM extends EncoderForMaskedLM<BertConfig> {
    /** A model without weights. */
    public BertForMaskedLM(BertConfig config) {
        super(new BertModel(config, false), config.maskedLMHead());
    }

    @Override
    protected BertForMaskedLM newInstance() {
        return new BertForMaskedLM(config());
    }

    @Override
    protected WeightMap headWeights() {
        return BertNames.maskedLM(config().tieWordEmbeddings(), wordEmbeddingsKey());
    }
}
