package io.transformer4j.tokenizers;

import io.transformer4j.tokenizers.models.Model;
import io.transformer4j.tokenizers.normalizers.Normalizer;
import io.transformer4j.tokenizers.pretokenizers.PreTokenizer;
import io.transformer4j.tokenizers.text.NormalizedString;
import io.transformer4j.tokenizers.text.PreTokenizedString;
import io.transformer4j.tokenizers.text.TokenBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Any pipeline, stage by stage. */
record PipelineEncoder(
        @Nullable Normalizer normalizer,
        AddedTokens normalizedTokens,
        @Nullable PreTokenizer preTokenizer,
        Model model) implements SegmentEncoder {

    @Override
    public int encode(String text, int from, int to, int firstWord, TokenBuffer out) {
        NormalizedString normalized = NormalizedString.of(text, from, to);
        if (normalizer != null) {
            normalizer.normalize(normalized);
        }
        int word = firstWord;
        int at = 0; // in code points
        if (!normalizedTokens.isEmpty()) {
            String string = normalized.toString();
            int chars = 0;
            for (AddedTokens.Match match : normalizedTokens.find(string)) {
                int start = at + string.codePointCount(chars, match.start());
                int end = start + string.codePointCount(match.start(), match.end());
                word = encodeWords(normalized, at, start, word, out);
                String surface = string.substring(match.start(), match.end());
                out.add(match.token().id(), normalized.startAt(start), normalized.endAt(end - 1), word++, surface);
                at = end;
                chars = match.end();
            }
        }
        return encodeWords(normalized, at, normalized.length(), word, out);
    }

    private int encodeWords(NormalizedString text, int from, int to, int firstWord, TokenBuffer out) {
        if (from == to) {
            return firstWord;
        }
        PreTokenizedString words =
                new PreTokenizedString(from == 0 && to == text.length() ? text : text.slice(from, to));
        if (preTokenizer != null) {
            preTokenizer.preTokenize(words);
        }
        List<NormalizedString> pieces = words.pieces();
        for (int i = 0; i < pieces.size(); i++) {
            model.tokenize(pieces.get(i), firstWord + i, out);
        }
        return firstWord + pieces.size();
    }
}
