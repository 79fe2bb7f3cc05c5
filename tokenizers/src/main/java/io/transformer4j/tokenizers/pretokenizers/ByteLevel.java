package io.transformer4j.tokenizers.pretokenizers;

import io.transformer4j.tokenizers.text.ByteAlphabet;
import io.transformer4j.tokenizers.text.NormalizedString;
import io.transformer4j.tokenizers.text.PreTokenizedString;
import java.util.ArrayList;
import java.util.List;

/**
 * GPT-2's splitting into words with their leading space, then one printable character a byte.
 *
 * @param addPrefixSpace put a space before a text that doesn't begin with one, so that the first word is like any other
 * @param trimOffsets without effect here; kept since {@code tokenizer.json} has it
 * @param useRegex split by GPT-2's pattern; false leaves that to another pre-tokenizer
 */
public record ByteLevel(boolean addPrefixSpace, boolean trimOffsets, boolean useRegex) implements PreTokenizer {

    @Override
    public void preTokenize(PreTokenizedString text) {
        if (addPrefixSpace) {
            text.normalize(piece -> {
                if (!piece.isEmpty() && piece.codePointAt(0) != ' ') {
                    piece.prepend(" ");
                }
            });
        }
        if (useRegex) {
            text.split(ByteLevel::words);
        }
        text.normalize(ByteAlphabet::apply);
    }

    private static List<NormalizedString> words(NormalizedString piece) {
        int[] codePoints = piece.toCodePoints();
        List<NormalizedString> words = new ArrayList<>();
        for (int from = 0; from < codePoints.length; ) {
            int to = Gpt2Splitter.next(codePoints, from, codePoints.length);
            words.add(piece.slice(from, to));
            from = to;
        }
        return words;
    }
}
