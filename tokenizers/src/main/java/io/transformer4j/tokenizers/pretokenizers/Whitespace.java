package io.transformer4j.tokenizers.pretokenizers;

import io.transformer4j.tokenizers.text.NormalizedString;
import io.transformer4j.tokenizers.text.PreTokenizedString;
import io.transformer4j.tokenizers.text.UnicodeTables;
import java.util.ArrayList;
import java.util.List;

/** Splits into runs of word characters and runs of anything else that isn't white space: {@code \w+|[^\w\s]+}. */
public record Whitespace() implements PreTokenizer {

    @Override
    public void preTokenize(PreTokenizedString text) {
        text.split(Whitespace::runs);
    }

    private static List<NormalizedString> runs(NormalizedString piece) {
        List<NormalizedString> runs = new ArrayList<>();
        for (int from = 0; from < piece.length(); ) {
            int first = piece.codePointAt(from);
            int to = from + 1;
            if (!UnicodeTables.isWhitespace(first)) {
                boolean word = UnicodeTables.isWord(first);
                while (to < piece.length()
                        && UnicodeTables.isWord(piece.codePointAt(to)) == word
                        && !UnicodeTables.isWhitespace(piece.codePointAt(to))) {
                    to++;
                }
                runs.add(piece.slice(from, to));
            }
            from = to;
        }
        return runs;
    }
}
