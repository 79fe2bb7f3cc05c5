package io.transformer4j.tokenizers.decoders;

import java.util.List;

/** Joins all tokens into one part, for the decoders that follow. */
public record Fuse() implements Decoder {

    @Override
    public List<String> decode(List<String> tokens) {
        return List.of(String.join("", tokens));
    }
}
