package io.transformer4j.tokenizers.pretokenizers;

import io.transformer4j.tokenizers.text.PreTokenizedString;
import io.transformer4j.tokenizers.text.UnicodeTables;

/** Splits at white space, which goes, and around each punctuation character, which becomes a word. */
public record BertPreTokenizer() implements PreTokenizer {

    @Override
    public void preTokenize(PreTokenizedString text) {
        text.split(piece -> SplitDelimiterBehavior.REMOVED.split(piece, UnicodeTables::isWhitespace));
        text.split(piece -> SplitDelimiterBehavior.ISOLATED.split(piece, UnicodeTables::isPunctuation));
    }
}
