package io.transformer4j.models.roberta;

import io.transformer4j.models.WeightMap;
import io.transformer4j.models.encoder.EncoderForMaskedLM;

/** RoBERTa with a masked-language head (HF {@code RobertaForMaskedLM}). */
public final class RobertaForMaskedLM extends EncoderForMaskedLM<RobertaConfig> {
    /** A model without weights. */
    public RobertaForMaskedLM(RobertaConfig config) {
        super(new RobertaModel(config, false), config.maskedLMHead());
    }

    @Override
    protected RobertaForMaskedLM newInstance() {
        return new RobertaForMaskedLM(config());
    }

    @Override
    protected WeightMap headWeights() {
        WeightMap.Builder map =
                WeightMap.builder().addPair("transform", "lm_head.dense").addPair("norm", "lm_head.layer_norm");
        return config().tieWordEmbeddings()
                ? map.add("bias", "lm_head.bias")
                        .build()
                        .withTied("lm_head.decoder.weight", wordEmbeddingsKey())
                        .withTied("lm_head.decoder.bias", "lm_head.bias")
                : map.add("decoder", "lm_head.decoder.weight")
                        .add("bias", "lm_head.decoder.bias")
                        .build()
                        .withUnread("lm_head.bias");
    }
}
