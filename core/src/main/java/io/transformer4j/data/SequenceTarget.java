package io.transformer4j.data;

import java.util.List;

/**
 * What is to be predicted of a whole sequence. Each kind of model uses its part, the others say {@link Batch#IGNORED} or are
 * empty.
 *
 * @param label one class
 * @param values real numbers, equally many for each sequence: what a regression should give, or 0 and 1 for each label of
 *     several that may hold at once
 * @param start first token of a span, counted in the sequence
 * @param end last token of the span
 */
public record SequenceTarget(int label, List<Float> values, int start, int end) {
    /** Copies the values. */
    public SequenceTarget {
        values = List.copyOf(values);
        if (values.stream().anyMatch(value -> !Float.isFinite(value))) {
            throw new IllegalArgumentException("a target must consist of finite numbers, but is " + values);
        }
    }

    /** One class. */
    public static SequenceTarget ofLabel(int label) {
        return new SequenceTarget(label, List.of(), Batch.IGNORED, Batch.IGNORED);
    }

    /** Real numbers. */
    public static SequenceTarget ofValues(List<Float> values) {
        return new SequenceTarget(Batch.IGNORED, values, Batch.IGNORED, Batch.IGNORED);
    }

    /** A span of tokens, both ends included. */
    public static SequenceTarget ofSpan(int start, int end) {
        return new SequenceTarget(Batch.IGNORED, List.of(), start, end);
    }
}
