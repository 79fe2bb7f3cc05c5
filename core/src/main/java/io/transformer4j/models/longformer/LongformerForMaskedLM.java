package io.transformer4j.models.longformer;

import io.transformer4j.models.WeightMap;
import io.transformer4j.models.encoder.EncoderForMaskedLM;

/** Longformer with a masked-language head (HF {@code LongformerForMaskedLM}). */
public final class LongformerForMaskedLM extends EncoderForMaskedLM<LongformerConfig> {
    /** A model without weights. */
    public LongformerForMaskedLM(LongformerConfig config) {
        super(new LongformerModel(config, false, false), config.maskedLMHead());
    }

    @Override
    protected LongformerForMaskedLM newInstance() {
        return new LongformerForMaskedLM(config());
    }

    @Override
    protected WeightMap headWeights() {
        WeightMap.Builder map =
                WeightMap.builder().addPair("transform", "lm_head.dense").addPair("norm", "lm_head.layer_norm");
        return config().tieWordEmbeddings()
                ? map.add("bias", "lm_head.bias").build()
                : map.add("decoder", "lm_head.decoder.weight")
                        .add("bias", "lm_head.decoder.bias")
                        .build()
                        .withUnread("lm_head.bias");
    }
}
