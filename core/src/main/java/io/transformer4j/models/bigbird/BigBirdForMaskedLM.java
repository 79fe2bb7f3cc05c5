package io.transformer4j.models.bigbird;

import io.transformer4j.models.WeightMap;
import io.transformer4j.models.encoder.EncoderForMaskedLM;

/** BigBird with a masked-language head (HF {@code BigBirdForMaskedLM}). */
public final class BigBirdForMaskedLM extends EncoderForMaskedLM<BigBirdConfig> {
    /** A model without weights. */
    public BigBirdForMaskedLM(BigBirdConfig config) {
        super(new BigBirdModel(config, false), config.maskedLMHead());
    }

    @Override
    protected BigBirdForMaskedLM newInstance() {
        return new BigBirdForMaskedLM(config());
    }

    @Override
    public boolean dependsOnPadding() {
        return encoder().dependsOnPadding();
    }

    @Override
    protected WeightMap headWeights() {
        WeightMap.Builder map = WeightMap.builder()
                .addPair("transform", "cls.predictions.transform.dense")
                .addPair("norm", "cls.predictions.transform.LayerNorm");
        return config().tieWordEmbeddings()
                ? map.add("bias", "cls.predictions.bias").build()
                : map.add("decoder", "cls.predictions.decoder.weight")
                        .add("bias", "cls.predictions.decoder.bias")
                        .build();
    }
}
