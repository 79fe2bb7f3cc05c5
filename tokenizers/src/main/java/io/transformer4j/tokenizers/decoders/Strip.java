package io.transformer4j.tokenizers.decoders;

import io.transformer4j.tokenizers.text.TokenizerException;
import java.util.List;

/**
 * Takes away {@code content}, one character, at the ends of each token.
 *
 * @param start at most how many at the start
 * @param stop at most how many at the end
 */
public record Strip(String content, int start, int stop) implements Decoder {

    public Strip {
        if (content.codePointCount(0, content.length()) != 1 || start < 0 || stop < 0) {
            throw new TokenizerException("Strip needs one character and counts that aren't negative, not '" + content
                    + "', " + start + ", " + stop);
        }
    }

    @Override
    public List<String> decode(List<String> tokens) {
        return tokens.stream().map(this::strip).toList();
    }

    private String strip(String token) {
        int from = 0;
        int to = token.length();
        for (int i = 0; i < start && from < to && token.startsWith(content, from); i++) {
            from += content.length();
        }
        for (int i = 0;
                i < stop && to - content.length() >= from && token.startsWith(content, to - content.length());
                i++) {
            to -= content.length();
        }
        return token.substring(from, to);
    }
}
