package io.transformer4j.tokenizers.normalizers;

import io.transformer4j.tokenizers.text.NormalizedString;
import io.transformer4j.tokenizers.text.UnicodeTables;

/** Drops all combining marks. To be used after {@link Nfd} or {@link Nfkd}: a precomposed letter has no mark to drop. */
public record StripAccents() implements Normalizer {

    @Override
    public void normalize(NormalizedString text) {
        text.filter(codePoint -> !UnicodeTables.isMark(codePoint));
    }
}
