package io.transformer4j.tokenizers.normalizers;

import io.transformer4j.tokenizers.text.NormalizedString;
import java.util.List;

/** Several normalizers, one after the other. */
public record Sequence(List<Normalizer> normalizers) implements Normalizer {

    public Sequence {
        normalizers = List.copyOf(normalizers);
    }

    @Override
    public void normalize(NormalizedString text) {
        normalizers.forEach(normalizer -> normalizer.normalize(text));
    }
}
