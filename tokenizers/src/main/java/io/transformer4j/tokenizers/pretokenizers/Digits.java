package io.transformer4j.tokenizers.pretokenizers;

import io.transformer4j.tokenizers.text.PreTokenizedString;
import io.transformer4j.tokenizers.text.UnicodeTables;

/**
 * Splits numbers from the rest.
 *
 * @param individualDigits whether each digit is a word rather than each run of them
 */
public record Digits(boolean individualDigits) implements PreTokenizer {

    @Override
    public void preTokenize(PreTokenizedString text) {
        SplitDelimiterBehavior behavior =
                individualDigits ? SplitDelimiterBehavior.ISOLATED : SplitDelimiterBehavior.CONTIGUOUS;
        text.split(piece -> behavior.split(piece, UnicodeTables::isNumeric));
    }
}
