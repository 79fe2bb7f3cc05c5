package io.transformer4j.tokenizers.pretokenizers;

import io.transformer4j.tokenizers.text.NormalizedString;
import io.transformer4j.tokenizers.text.PreTokenizedString;
import io.transformer4j.tokenizers.text.UnicodeTables;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts where the script changes; Hiragana, Katakana and Han are one script, and spaces are in any. As in Hugging Face, what stands before
 * the first character that has a script is dropped.
 */
public record UnicodeScripts() implements PreTokenizer {

    private static final int ANY = 0;

    @Override
    public void preTokenize(PreTokenizedString text) {
        text.split(UnicodeScripts::split);
    }

    private static List<NormalizedString> split(NormalizedString piece) {
        List<NormalizedString> words = new ArrayList<>();
        int script = ANY;
        int start = piece.length();
        for (int i = 0; i < piece.length(); i++) {
            int next = UnicodeTables.script(piece.codePointAt(i));
            if (next != ANY && next != script) {
                if (script != ANY) {
                    words.add(piece.slice(start, i));
                }
                script = next;
                start = i;
            }
        }
        words.add(piece.slice(start, piece.length()));
        return words;
    }
}
