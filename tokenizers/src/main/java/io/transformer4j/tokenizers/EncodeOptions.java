package io.transformer4j.tokenizers;

import org.jspecify.annotations.Nullable;

/**
 * What to do beyond cutting text into tokens. Immutable.
 *
 * @param addSpecialTokens whether the post-processor's special tokens are wanted
 * @param truncation how to cut, or null
 * @param padding how to fill up, or null
 * @param completeOverflow whether the overflow of a truncation covers the whole text. Hugging Face stops reading a text at the end of the
 *     word that brings it to {@code maxLength} tokens, so that its overflow is the rest of those; that is the default. With true the
 *     windows go on to the end, as question answering over long texts needs.
 */
public record EncodeOptions(
        boolean addSpecialTokens,
        @Nullable Truncation truncation,
        @Nullable Padding padding,
        boolean completeOverflow) {

    /** With special tokens, neither cut nor filled up. */
    public static EncodeOptions defaults() {
        return new EncodeOptions(true, null, null, false);
    }

    public EncodeOptions withSpecialTokens(boolean wanted) {
        return new EncodeOptions(wanted, truncation, padding, completeOverflow);
    }

    public EncodeOptions withTruncation(@Nullable Truncation newTruncation) {
        return new EncodeOptions(addSpecialTokens, newTruncation, padding, completeOverflow);
    }

    public EncodeOptions withPadding(@Nullable Padding newPadding) {
        return new EncodeOptions(addSpecialTokens, truncation, newPadding, completeOverflow);
    }

    public EncodeOptions withCompleteOverflow(boolean complete) {
        return new EncodeOptions(addSpecialTokens, truncation, padding, complete);
    }
}
