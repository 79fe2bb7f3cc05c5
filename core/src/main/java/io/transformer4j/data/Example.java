package io.transformer4j.data;

import org.jspecify.annotations.Nullable;

/**
 * One sequence of a {@link Dataset}, special tokens included, before collation. The arrays belong to the example and aren't
 * copied.
 *
 * @param index its place in the dataset; together with seed and epoch the key of everything random about it
 * @param inputIds {@code [length]}
 * @param tokenTypeIds {@code [length]}, 0 or 1
 * @param labels {@code [length]}, what each position's output should be, {@link Batch#IGNORED} for none; null if a collator
 *     is to make them
 * @param nextSentenceLabel 0 if the second part follows the first in the corpus, 1 if not; null for a single part
 * @param decoder what the decoder of an encoder–decoder model gets and should predict; null for other models
 * @param target what is to be predicted of the whole sequence; null if nothing is
 */
@SuppressWarnings("ArrayRecordComponent") // plain arrays are the purpose of this type
public record Example(
        long index,
        int[] inputIds,
        int[] tokenTypeIds,
        int @Nullable [] labels,
        @Nullable Integer nextSentenceLabel,
        @Nullable Example decoder,
        @Nullable SequenceTarget target) {

    public Example {
        if (tokenTypeIds.length != inputIds.length || (labels != null && labels.length != inputIds.length)) {
            throw new IllegalArgumentException("inputIds, tokenTypeIds and labels must have one length");
        }
    }

    /** An example for a model without decoder of its own. */
    public Example(
            long index,
            int[] inputIds,
            int[] tokenTypeIds,
            int @Nullable [] labels,
            @Nullable Integer nextSentenceLabel) {
        this(index, inputIds, tokenTypeIds, labels, nextSentenceLabel, null, null);
    }

    /** The same sequence with something for a decoder. */
    public Example withDecoder(Example newDecoder) {
        return new Example(index, inputIds, tokenTypeIds, labels, nextSentenceLabel, newDecoder, target);
    }

    /** The same sequence with something to predict of it as a whole. */
    public Example withTarget(SequenceTarget newTarget) {
        return new Example(index, inputIds, tokenTypeIds, labels, nextSentenceLabel, decoder, newTarget);
    }

    /** Number of tokens, those of the decoder not counted. */
    public int length() {
        return inputIds.length;
    }

    /** Number of tokens, those of the decoder included: what the example costs. */
    public int totalLength() {
        return length() + (decoder == null ? 0 : decoder.length());
    }
}
