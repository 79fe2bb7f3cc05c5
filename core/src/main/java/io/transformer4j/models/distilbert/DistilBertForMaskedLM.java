package io.transformer4j.models.distilbert;

import io.transformer4j.models.WeightMap;
import io.transformer4j.models.encoder.EncoderForMaskedLM;

/** DistilBERT with a masked-language head (HF {@code DistilBertForMaskedLM}). */
public final class DistilBertForMaskedLM extends EncoderForMaskedLM<DistilBertConfig> {
    /** A model without weights. */
    public DistilBertForMaskedLM(DistilBertConfig config) {
        super(new DistilBertModel(config), config.maskedLMHead());
    }

    @Override
    protected DistilBertForMaskedLM newInstance() {
        return new DistilBertForMaskedLM(config());
    }

    @Override
    protected WeightMap headWeights() {
        WeightMap.Builder map = WeightMap.builder()
                .addPair("transform", "vocab_transform")
                .addPair("norm", "vocab_layer_norm")
                .add("bias", "vocab_projector.bias");
        return config().tieWordEmbeddings()
                ? map.build().withTied("vocab_projector.weight", wordEmbeddingsKey())
                : map.add("decoder", "vocab_projector.weight").build();
    }
}
