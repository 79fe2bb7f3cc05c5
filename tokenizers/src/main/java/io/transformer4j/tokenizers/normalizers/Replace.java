package io.transformer4j.tokenizers.normalizers;

import io.transformer4j.tokenizers.text.NormalizedString;
import io.transformer4j.tokenizers.text.TextPattern;

/** Replaces each match of {@code pattern} by {@code content}, taken literally; it shares the span of the match's last character. */
public record Replace(TextPattern pattern, String content) implements Normalizer {

    @Override
    public void normalize(NormalizedString text) {
        text.replace(pattern.matches(text), content);
    }
}
