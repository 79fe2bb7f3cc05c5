package io.transformer4j.tokenizers.normalizers;

import io.transformer4j.tokenizers.text.NormalizedString;
import io.transformer4j.tokenizers.text.UnicodeTables;

/** Drops white space at the ends. */
public record Strip(boolean stripLeft, boolean stripRight) implements Normalizer {

    @Override
    public void normalize(NormalizedString text) {
        int from = 0;
        int to = text.length();
        while (stripLeft && from < to && UnicodeTables.isWhitespace(text.codePointAt(from))) {
            from++;
        }
        while (stripRight && to > from && UnicodeTables.isWhitespace(text.codePointAt(to - 1))) {
            to--;
        }
        text.crop(from, to);
    }
}
