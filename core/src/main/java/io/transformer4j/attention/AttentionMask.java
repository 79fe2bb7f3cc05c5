package io.transformer4j.attention;

import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

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

    /**
     * Scores of which some are lost before a term is added, as in layers that have a mask of their own besides that of the batch
     * (HF's GPT-Neo). For {@link ExactAttention} only.
     *
     * @param lost bool, broadcastable to {@code [batch, heads, queryLength, keyLength]}: where a score becomes the lowest number
     * @param bias added then, of the same form
     */
    record Replacing(Tensor lost, Tensor bias) implements AttentionMask {}

    /**
     * Hides keys of batches that were padded elsewhere. Rows of padded queries have values that mean nothing.
     *
     * @param realKeys {@code [batch, keyLength]} bool: false where a key is padding
     * @param causal whether keys behind a query are hidden too, as in {@link Causal}
     */
    record Padding(Tensor realKeys, boolean causal) implements AttentionMask {
        /** {@code [batch, keyLength]} of the dtype of {@code like}: 0 where a key is real, {@code -∞} where it isn't. */
        Tensor keyBias(Tensor like) {
            return torch.zeros_like(realKeys, like.options(), new MemoryFormatOptional())
                    .masked_fill_(realKeys.logical_not(), new Scalar(Double.NEGATIVE_INFINITY));
        }
    }

    /** Whether single scores are changed, which only kernels that compute all scores can do. */
    default boolean changesScores() {
        return this instanceof Additive || this instanceof Replacing;
    }

    /** {@link Full}. */
    static AttentionMask full() {
        return new Full();
    }

    /** {@link Padding}. */
    static AttentionMask padding(Tensor realKeys) {
        return new Padding(realKeys, false);
    }

    /** {@link Causal}. */
    static AttentionMask causal() {
        return new Causal();
    }

    /**
     * This mask and another term of the scores.
     *
     * @param bias broadcastable to {@code [batch, heads, queryLength, keyLength]}; its last two dimensions are these
     * @param like a tensor of the wanted type and device
     */
    default AttentionMask plus(Tensor bias, Tensor like) {
        if (this instanceof Additive additive) {
            return new Additive(additive.bias().add(bias));
        }
        if (this instanceof Replacing replacing) {
            return new Replacing(replacing.lost(), replacing.bias().add(bias));
        }
        Tensor sum = this instanceof Padding padding
                ? bias.add(padding.keyBias(like).unsqueeze(1).unsqueeze(1)) // over heads and queries
                : bias;
        boolean causal = this instanceof Causal || (this instanceof Padding padding && padding.causal());
        return new Additive(
                causal && bias.size(-2) > 1
                        ? sum.add(ExactAttention.causalBias(bias.size(-2), bias.size(-1), like.options()))
                        : sum);
    }
}
