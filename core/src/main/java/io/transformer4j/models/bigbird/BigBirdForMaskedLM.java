package io.transformer4j.models.bigbird;

import io.transformer4j.models.WeightMap;
import io.transformer4j.models.encoder.BertNames;
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
    protected WeightMap headWeights() {
        return BigBirdModel.aboveUnreadPooler(BertNames.maskedLM(config().tieWordEmbeddings(), wordEmbeddingsKey()));
    }
}
