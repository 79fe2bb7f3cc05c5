package io.transformer4j.tokenizers;

import io.transformer4j.tokenizers.text.TokenBuffer;

/**
 * Encodes a stretch of text in which no added token stands.
 *
 * <p>{@link PipelineEncoder} runs the stages one after the other and is the reference. The two fused ones do the same for the commonest
 * pipelines in a single pass, and are tested against it.
 */
sealed interface SegmentEncoder permits PipelineEncoder, FusedWordPieceEncoder, FusedByteLevelEncoder {

    /**
     * Appends the tokens of {@code text[from, to)}.
     *
     * @param firstWord number of the first word
     * @return the number for the next word
     */
    int encode(String text, int from, int to, int firstWord, TokenBuffer out);
}
