package io.transformer4j.models.bigbird;

import io.transformer4j.models.WeightMap;
import io.transformer4j.models.encoder.BertNames;
import io.transformer4j.models.encoder.EncoderModel;

/**
 * The bare BigBird encoder, with or without pooler (HF {@code BigBirdModel}). Sequences that are no longer than what a block
 * sees have full attention. Where HF's last block is padding, its checkpoints were trained with that block global: give it
 * padded rows to get the same.
 */
public final class BigBirdModel extends EncoderModel<BigBirdConfig> {
    /** An encoder with pooler. */
    public BigBirdModel(BigBirdConfig config) {
        this(config, true);
    }

    /** An encoder; most heads need no pooler. */
    BigBirdModel(BigBirdConfig config, boolean withPooler) {
        super(config, config.embeddings(), config::layer, withPooler);
    }

    @Override
    public boolean dependsOnPadding() {
        return config().sparse();
    }

    @Override
    public String baseModelPrefix() {
        return "bert.";
    }

    @Override
    protected BigBirdModel newInstance() {
        return new BigBirdModel(config(), hasPooler());
    }

    @Override
    public BigBirdModel withoutOptionalParts() {
        return new BigBirdModel(config(), false);
    }

    /** The names of a head's weights, with those of the pooler that HF's BigBird has below heads which don't read it. */
    static WeightMap aboveUnreadPooler(WeightMap head) {
        return head.withUnread("bert.pooler.weight").withUnread("bert.pooler.bias");
    }

    @Override
    public WeightMap weightMap() {
        WeightMap encoder = BertNames.encoder(config().numHiddenLayers(), false, config().useBias());
        return hasPooler()
                ? encoder.and(WeightMap.builder().addPair("pooler", "pooler").build())
                : encoder;
    }
}
