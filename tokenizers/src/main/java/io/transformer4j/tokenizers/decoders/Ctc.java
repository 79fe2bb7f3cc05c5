package io.transformer4j.tokenizers.decoders;

import java.util.ArrayList;
import java.util.List;

/**
 * The output of connectionist temporal classification (Graves et al. 2006; Wav2Vec2): repetitions count once, blanks go.
 *
 * @param padToken the blank
 * @param wordDelimiterToken what stands for a space
 * @param cleanup whether delimiters become spaces and those before punctuation and English contractions go
 */
public record Ctc(String padToken, String wordDelimiterToken, boolean cleanup) implements Decoder {

    @Override
    public List<String> decode(List<String> tokens) {
        List<String> parts = new ArrayList<>();
        String last = null;
        for (String token : tokens) {
            if (token.equals(last)) {
                continue;
            }
            last = token;
            String part = token.replace(padToken, "");
            if (cleanup) {
                part = WordPiece.cleanUp(part).replace(wordDelimiterToken, " ");
            }
            if (!part.isEmpty()) {
                parts.add(part);
            }
        }
        return parts;
    }
}
