package io.transformer4j.tokenizers.decoders;

import java.util.List;

/** Several decoders, one after the other. */
public record Sequence(List<Decoder> decoders) implements Decoder {

    public Sequence {
        decoders = List.copyOf(decoders);
    }

    @Override
    public List<String> decode(List<String> tokens) {
        List<String> parts = tokens;
        for (Decoder decoder : decoders) {
            parts = decoder.decode(parts);
        }
        return parts;
    }
}
