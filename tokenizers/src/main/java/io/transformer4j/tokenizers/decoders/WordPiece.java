package io.transformer4j.tokenizers.decoders;

import java.util.ArrayList;
import java.util.List;

/**
 * Joins continuing pieces to the piece before them and puts spaces between words.
 *
 * @param prefix what marks continuing pieces
 * @param cleanup whether to take away the spaces before punctuation and English contractions
 */
public record WordPiece(String prefix, boolean cleanup) implements Decoder {

    @Override
    public List<String> decode(List<String> tokens) {
        List<String> parts = new ArrayList<>(tokens.size());
        for (int i = 0; i < tokens.size(); i++) {
            String token = tokens.get(i);
            String part = i == 0 ? token : token.startsWith(prefix) ? token.substring(prefix.length()) : " " + token;
            parts.add(cleanup ? cleanUp(part) : part);
        }
        return parts;
    }

    static String cleanUp(String part) {
        return part.replace(" .", ".")
                .replace(" ?", "?")
                .replace(" !", "!")
                .replace(" ,", ",")
                .replace(" ' ", "'")
                .replace(" n't", "n't")
                .replace(" 'm", "'m")
                .replace(" do not", " don't")
                .replace(" 's", "'s")
                .replace(" 've", "'ve")
                .replace(" 're", "'re");
    }
}
