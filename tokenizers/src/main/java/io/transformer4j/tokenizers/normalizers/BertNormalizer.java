package io.transformer4j.tokenizers.normalizers;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.transformer4j.tokenizers.text.NormalizedString;
import io.transformer4j.tokenizers.text.TransformBuilder;
import io.transformer4j.tokenizers.text.UnicodeNormalization;
import io.transformer4j.tokenizers.text.UnicodeTables;
import org.jspecify.annotations.Nullable;

/**
 * BERT's basic cleaning (Devlin et al. 2019, {@code BasicTokenizer}), in this order.
 *
 * @param cleanText drop control characters, write any white space as a space
 * @param handleChineseChars put spaces around each CJK ideograph, so that it becomes a word
 * @param stripAccents decompose (NFD) and drop non-spacing marks; null means: if {@code lowercase}
 * @param lowercase write in lower case
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record BertNormalizer(
        boolean cleanText,
        boolean handleChineseChars,
        @Nullable Boolean stripAccents,
        boolean lowercase) implements Normalizer {

    /** The settings of {@code bert-base-uncased}. */
    public static BertNormalizer uncased() {
        return new BertNormalizer(true, true, null, true);
    }

    /** The settings of {@code bert-base-cased}. */
    public static BertNormalizer cased() {
        return new BertNormalizer(true, true, null, false);
    }

    /** What {@code stripAccents} comes to. */
    public boolean stripsAccents() {
        return stripAccents == null ? lowercase : stripAccents;
    }

    @Override
    public void normalize(NormalizedString text) {
        if (cleanText) {
            text.filter(codePoint -> !UnicodeTables.isControl(codePoint));
            text.map(codePoint -> UnicodeTables.isWhitespace(codePoint) ? ' ' : codePoint);
        }
        if (handleChineseChars) {
            isolateChinese(text);
        }
        if (stripsAccents()) {
            UnicodeNormalization.NFD.apply(text);
            text.filter(codePoint -> !UnicodeTables.isNonspacingMark(codePoint));
        }
        if (lowercase) {
            new Lowercase().normalize(text);
        }
    }

    private static void isolateChinese(NormalizedString text) {
        TransformBuilder isolated = new TransformBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            int codePoint = text.codePointAt(i);
            if (UnicodeTables.isChinese(codePoint)) {
                isolated.add(' ', 0);
                isolated.add(codePoint, 1);
                isolated.add(' ', 1);
            } else {
                isolated.add(codePoint, 0);
            }
        }
        isolated.applyTo(text);
    }
}
