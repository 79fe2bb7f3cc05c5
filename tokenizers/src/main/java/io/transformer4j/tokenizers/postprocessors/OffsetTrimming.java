package io.transformer4j.tokenizers.postprocessors;

import io.transformer4j.tokenizers.text.ByteAlphabet;
import io.transformer4j.tokenizers.text.UnicodeTables;

/** Whether the offsets of byte-level tokens leave out the blanks that the tokens hold. */
public enum OffsetTrimming {
    NONE,
    TRIM,
    /** Like {@link #TRIM}, and the first token's space was put there by the pre-tokenizer: it covers nothing. */
    TRIM_WITH_PREFIX_SPACE;

    static OffsetTrimming of(boolean trimOffsets, boolean addPrefixSpace) {
        return !trimOffsets ? NONE : addPrefixSpace ? TRIM_WITH_PREFIX_SPACE : TRIM;
    }

    /** Number of blanks that {@code token} begins with. */
    public static int leadingBlanks(String token) {
        int count = 0;
        while (count < token.length() && isBlank(token.charAt(count))) {
            count++;
        }
        return count;
    }

    /** Number of blanks that {@code token} ends with. */
    public static int trailingBlanks(String token) {
        int count = 0;
        while (count < token.length() && isBlank(token.charAt(token.length() - 1 - count))) {
            count++;
        }
        return count;
    }

    private static boolean isBlank(char c) {
        return c == ByteAlphabet.SPACE || UnicodeTables.isWhitespace(c);
    }
}
