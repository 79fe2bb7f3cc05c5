package io.transformer4j.tokenizers.decoders;

import java.util.ArrayList;
import java.util.List;

/** Reads {@code suffix} as the end of a word: a space, but none after the last. */
public record BpeDecoder(String suffix) implements Decoder {

    @Override
    public List<String> decode(List<String> tokens) {
        List<String> parts = new ArrayList<>(tokens.size());
        for (int i = 0; i < tokens.size(); i++) {
            parts.add(tokens.get(i).replace(suffix, i == tokens.size() - 1 ? "" : " "));
        }
        return parts;
    }
}
