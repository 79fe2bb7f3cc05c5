package io.transformer4j.tokenizers.postprocessors;

import io.transformer4j.tokenizers.text.TokenizerException;
import java.util.List;

/** Several post-processors; at most one of them may add special tokens. */
public record Sequence(List<PostProcessor> processors) implements PostProcessor {

    public Sequence {
        processors = List.copyOf(processors);
        long adding = processors.stream()
                .filter(processor -> !(processor instanceof ByteLevel))
                .count();
        if (adding > 1) {
            throw new TokenizerException(
                    "a Sequence of post-processors may hold one that adds special tokens, this one has " + adding);
        }
    }

    @Override
    public List<Piece> pieces(boolean pair, boolean addSpecialTokens) {
        return processors.stream()
                .filter(processor -> !(processor instanceof ByteLevel))
                .findFirst()
                .map(processor -> processor.pieces(pair, addSpecialTokens))
                .orElseGet(() -> PostProcessor.plain(pair));
    }

    @Override
    public OffsetTrimming trimming() {
        return processors.stream()
                .map(PostProcessor::trimming)
                .filter(trimming -> trimming != OffsetTrimming.NONE)
                .findFirst()
                .orElse(OffsetTrimming.NONE);
    }
}
