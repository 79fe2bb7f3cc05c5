package io.transformer4j.attention;

import org.bytedeco.pytorch.Tensor;

/** Which keys a query may look at. Padding needs no mask: packed batches have none. */
public sealed interface AttentionMask {
    /** Every query sees every key. */
    record Full() implements AttentionMask {}

    /** The last query sees all keys, each one before it one key less. */
    record Causal() implements AttentionMask {}

    /**
     * A term added to the scaled scores: 0 where a key is visible, {@code -∞} where it isn't.
     *
     * @param bias broadcastable to {@code [batch, heads, queryLength, keyLength]}
     */
    record Additive(Tensor bias) implements AttentionMask {}

    /** {@link Full}. */
    static AttentionMask full() {
        return new Full();
    }

    /** {@link Causal}. */
    static AttentionMask causal() {
        return new Causal();
    }
}
