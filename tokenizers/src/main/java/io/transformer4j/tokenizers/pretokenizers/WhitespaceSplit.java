package io.transformer4j.tokenizers.pretokenizers;

import io.transformer4j.tokenizers.text.PreTokenizedString;
import io.transformer4j.tokenizers.text.UnicodeTables;

/** Splits at white space, which goes. */
public record WhitespaceSplit() implements PreTokenizer {

    @Override
    public void preTokenize(PreTokenizedString text) {
        text.split(piece -> SplitDelimiterBehavior.REMOVED.split(piece, UnicodeTables::isWhitespace));
    }
}
