package io.transformer4j.generation;

import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * Forbids tokens that would complete a sequence of tokens which the source has (HF {@code EncoderNoRepeatNGramLogitsProcessor}).
 *
 * @param size tokens of such a sequence
 */
public record EncoderNoRepeatNgram(int size) implements LogitsProcessor {
    /** Checks the size. */
    public EncoderNoRepeatNgram {
        if (size < 1) {
            throw new IllegalArgumentException("encoder_no_repeat_ngram_size must be at least 1, but is " + size);
        }
    }

    @Override
    public Tensor process(Tensor logits, List<TokenSequence> sequences) {
        return Ban.apply(
                logits,
                sequences,
                sequence ->
                        NoRepeatNgram.completions(
                                        size,
                                        sequence.source().toArray(),
                                        sequence.ids().toArray())
                                .stream()
                                .filter(token ->
                                        token < logits.size(1)) // source and target may have vocabularies of their own
                                .toList());
    }
}
