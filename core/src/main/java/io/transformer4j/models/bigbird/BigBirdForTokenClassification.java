package io.transformer4j.models.bigbird;

import io.transformer4j.models.WeightMap;
import io.transformer4j.models.heads.TokenClassificationModel;

/** BigBird that classifies tokens (HF {@code BigBirdForTokenClassification}). */
public final class BigBirdForTokenClassification extends TokenClassificationModel<BigBirdConfig> {
    /** A model without weights. */
    public BigBirdForTokenClassification(BigBirdConfig config) {
        super(new BigBirdModel(config, false), config.headDropout(), config.initializer());
    }

    @Override
    protected WeightMap headWeights() {
        return BigBirdModel.aboveUnreadPooler(super.headWeights());
    }

    @Override
    protected BigBirdForTokenClassification newInstance() {
        return new BigBirdForTokenClassification(config());
    }
}
