package io.transformer4j.tokenizers.postprocessors;

import java.util.List;

/**
 * No special tokens; offsets without the blanks at the ends of tokens, if wanted.
 *
 * @param addPrefixSpace whether the pre-tokenizer put a space before the text
 * @param useRegex without effect here; kept since {@code tokenizer.json} has it
 */
public record ByteLevel(boolean addPrefixSpace, boolean trimOffsets, boolean useRegex) implements PostProcessor {

    @Override
    public List<Piece> pieces(boolean pair, boolean addSpecialTokens) {
        return PostProcessor.plain(pair);
    }

    @Override
    public OffsetTrimming trimming() {
        return OffsetTrimming.of(trimOffsets, addPrefixSpace);
    }
}
