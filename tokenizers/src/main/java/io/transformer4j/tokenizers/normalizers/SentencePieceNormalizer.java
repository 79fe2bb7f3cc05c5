package io.transformer4j.tokenizers.normalizers;

import io.transformer4j.tokenizers.text.NormalizedString;
import org.jspecify.annotations.Nullable;

/**
 * Normalization as SentencePiece itself does it ({@code normalizer.cc}), for models whose reference is SentencePiece: Marian's. At each
 * place the longest rule applies, where Hugging Face's {@link Precompiled} looks at graphemes. Spaces become {@code ▁}.
 *
 * <p>It has no form in {@code tokenizer.json}.
 *
 * @param charsmap compiled rules, or null
 * @param addDummyPrefix whether a text gets a leading {@code ▁}
 * @param removeExtraWhitespaces whether runs of blanks count as one and those at the ends as none
 */
public record SentencePieceNormalizer(
        @Nullable Precompiled charsmap, boolean addDummyPrefix, boolean removeExtraWhitespaces) implements Normalizer {

    private static final String SPACE = "▁";

    @Override
    public void normalize(NormalizedString text) {
        Replacements replacements = new Replacements(text);
        boolean afterSpace = removeExtraWhitespaces;
        for (int i = 0; i < text.length(); ) {
            Precompiled.Rule rule = charsmap == null ? null : charsmap.longestAt(text, i);
            int length = rule == null ? 1 : rule.length();
            String written = rule == null ? Character.toString(text.codePointAt(i)) : rule.replacement();
            if (afterSpace) {
                written = written.substring(leadingSpaces(written));
            }
            replacements.replace(length, written.replace(" ", SPACE));
            if (!written.isEmpty()) {
                afterSpace = removeExtraWhitespaces && written.endsWith(" ");
            }
            i += length;
        }
        replacements.apply();
        if (removeExtraWhitespaces) {
            int end = text.length();
            while (end > 0 && text.codePointAt(end - 1) == SPACE.codePointAt(0)) {
                end--;
            }
            text.crop(0, end);
        }
        if (addDummyPrefix) {
            text.prepend(SPACE);
        }
    }

    private static int leadingSpaces(String text) {
        int count = 0;
        while (count < text.length() && text.charAt(count) == ' ') {
            count++;
        }
        return count;
    }
}
