package io.transformer4j.tokenizers.normalizers;

import io.transformer4j.tokenizers.text.NormalizedString;
import io.transformer4j.tokenizers.text.UnicodeNormalization;

/** Unicode normalization form NFKD. */
public record Nfkd() implements Normalizer {

    @Override
    public void normalize(NormalizedString text) {
        UnicodeNormalization.NFKD.apply(text);
    }
}
