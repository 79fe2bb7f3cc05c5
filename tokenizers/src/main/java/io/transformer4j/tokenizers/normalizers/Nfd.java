package io.transformer4j.tokenizers.normalizers;

import io.transformer4j.tokenizers.text.NormalizedString;
import io.transformer4j.tokenizers.text.UnicodeNormalization;

/** Unicode normalization form NFD. */
public record Nfd() implements Normalizer {

    @Override
    public void normalize(NormalizedString text) {
        UnicodeNormalization.NFD.apply(text);
    }
}
