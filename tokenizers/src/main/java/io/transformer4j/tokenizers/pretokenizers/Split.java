package io.transformer4j.tokenizers.pretokenizers;

import io.transformer4j.tokenizers.text.PreTokenizedString;
import io.transformer4j.tokenizers.text.TextPattern;

/**
 * Splits at the matches of a pattern.
 *
 * @param behavior what becomes of the matches
 * @param invert whether what lies between the matches is the delimiter
 */
public record Split(TextPattern pattern, SplitDelimiterBehavior behavior, boolean invert) implements PreTokenizer {

    @Override
    public void preTokenize(PreTokenizedString text) {
        text.split(piece -> behavior.split(piece, pattern.matches(piece), invert));
    }
}
