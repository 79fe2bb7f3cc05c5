package io.transformer4j.tokenizers.normalizers;

import io.transformer4j.tokenizers.text.NormalizedString;

/** Puts {@code prepend} before a text that isn't empty. */
public record Prepend(String prepend) implements Normalizer {

    @Override
    public void normalize(NormalizedString text) {
        text.prepend(prepend);
    }
}
