package io.transformer4j.tokenizers.normalizers;

import io.transformer4j.tokenizers.text.NormalizedString;
import io.transformer4j.tokenizers.text.TransformBuilder;
import io.transformer4j.tokenizers.text.UnicodeTables;

/** Lower case, code point by code point: no locale, no final sigma; {@code İ} becomes {@code i} and a dot above. */
public record Lowercase() implements Normalizer {

    @Override
    public void normalize(NormalizedString text) {
        TransformBuilder lower = new TransformBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            int codePoint = text.codePointAt(i);
            if (codePoint < 0x80) {
                lower.add(codePoint >= 'A' && codePoint <= 'Z' ? codePoint + 0x20 : codePoint, 0);
                continue;
            }
            int[] mapped = UnicodeTables.lowercase(codePoint);
            if (mapped == null) {
                lower.add(codePoint, 0);
            } else {
                for (int m = 0; m < mapped.length; m++) {
                    lower.add(mapped[m], m == 0 ? 0 : 1);
                }
            }
        }
        lower.applyTo(text);
    }
}
