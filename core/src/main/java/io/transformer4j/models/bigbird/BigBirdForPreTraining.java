package io.transformer4j.models.bigbird;

import io.transformer4j.models.encoder.EncoderForPreTraining;

/** BigBird with both of BERT's pre-training heads (HF {@code BigBirdForPreTraining}). */
public final class BigBirdForPreTraining extends EncoderForPreTraining<BigBirdConfig> {
    /** A model without weights. */
    public BigBirdForPreTraining(BigBirdConfig config) {
        super(new BigBirdModel(config, true));
    }

    @Override
    protected BigBirdForPreTraining newInstance() {
        return new BigBirdForPreTraining(config());
    }
}
