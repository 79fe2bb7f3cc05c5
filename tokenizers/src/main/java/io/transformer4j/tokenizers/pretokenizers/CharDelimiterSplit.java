package io.transformer4j.tokenizers.pretokenizers;

import io.transformer4j.tokenizers.text.PreTokenizedString;
import io.transformer4j.tokenizers.text.TokenizerException;

/** Splits at one character, which goes. */
public record CharDelimiterSplit(String delimiter) implements PreTokenizer {

    public CharDelimiterSplit {
        if (delimiter.codePointCount(0, delimiter.length()) != 1) {
            throw new TokenizerException(
                    "CharDelimiterSplit: the delimiter must be one character, not '" + delimiter + "'");
        }
    }

    @Override
    public void preTokenize(PreTokenizedString text) {
        int wanted = delimiter.codePointAt(0);
        text.split(piece -> SplitDelimiterBehavior.REMOVED.split(piece, codePoint -> codePoint == wanted));
    }
}
