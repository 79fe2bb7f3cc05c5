package io.transformer4j.tokenizers.normalizers;

import io.transformer4j.tokenizers.text.NormalizedString;
import io.transformer4j.tokenizers.text.UnicodeNormalization;

/** Unicode normalization form NFC. */
public record Nfc() implements Normalizer {

    @Override
    public void normalize(NormalizedString text) {
        UnicodeNormalization.NFC.apply(text);
    }
}
