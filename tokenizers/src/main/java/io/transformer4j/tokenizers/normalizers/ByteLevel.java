package io.transformer4j.tokenizers.normalizers;

import io.transformer4j.tokenizers.text.ByteAlphabet;
import io.transformer4j.tokenizers.text.NormalizedString;

/** Writes each byte of the UTF-8 text as one printable character of {@link ByteAlphabet}. */
public record ByteLevel() implements Normalizer {

    @Override
    public void normalize(NormalizedString text) {
        ByteAlphabet.apply(text);
    }
}
