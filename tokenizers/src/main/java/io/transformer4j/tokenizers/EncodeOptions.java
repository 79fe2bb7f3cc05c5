package io.transformer4j.tokenizers;

import org.jspecify.annotations.Nullable;

/**
 * What to do beyond cutting text into tokens. Immutable.
 *
 * @param addSpecialTokens whether the post-processor's special tokens are wanted
 * @param truncation how to cut, or null
 * @param padding how to fill up, or null
 */
public record EncodeOptions(
        boolean addSpecialTokens,
        @Nullable Truncation truncation,
        @Nullable Padding padding) {

    /** With special tokens, neither cut nor filled up. */
    public static EncodeOptions defaults() {
        return new EncodeOptions(true, null, null);
    }

    public EncodeOptions withSpecialTokens(boolean wanted) {
        return new EncodeOptions(wanted, truncation, padding);
    }

    public EncodeOptions withTruncation(@Nullable Truncation newTruncation) {
        return new EncodeOptions(addSpecialTokens, newTruncation, padding);
    }

    public EncodeOptions withPadding(@Nullable Padding newPadding) {
        return new EncodeOptions(addSpecialTokens, truncation, newPadding);
    }
}
