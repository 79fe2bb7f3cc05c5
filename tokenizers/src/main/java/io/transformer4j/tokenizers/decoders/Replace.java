package io.transformer4j.tokenizers.decoders;

import io.transformer4j.tokenizers.text.NormalizedString;
import io.transformer4j.tokenizers.text.TextPattern;
import java.util.List;

/** Replaces each match of {@code pattern} in each token by {@code content}, taken literally. */
public record Replace(TextPattern pattern, String content) implements Decoder {

    @Override
    public List<String> decode(List<String> tokens) {
        return tokens.stream().map(this::replace).toList();
    }

    private String replace(String token) {
        NormalizedString text = NormalizedString.of(token);
        text.replace(pattern.matches(text), content);
        return text.toString();
    }
}
