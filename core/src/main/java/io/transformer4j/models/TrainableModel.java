package io.transformer4j.models;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Tensor;

/** A model with a training objective. */
public abstract class TrainableModel extends PretrainedModel {
    private double labelSmoothing;
    private List<Double> classWeights = List.of();

    /**
     * Makes some classes count more than others, where a loss with gradients is computed and one class of several holds:
     * each class's cross entropy is multiplied by its weight. The sum is still divided by the number of labels, so weights
     * should be 1 in the mean over the training data.
     *
     * @param weights one for each class, or none for equal ones
     * @throws IllegalArgumentException if one is negative or not finite
     */
    public final void setClassWeights(List<Double> weights) {
        weights.forEach(weight -> PretrainedConfig.check(
                weight >= 0 && Double.isFinite(weight),
                "a class weight must be finite and not negative, but is %s",
                weight));
        classWeights = List.copyOf(weights);
    }

    /** The weight of each class; empty for equal ones. */
    public final List<Double> classWeights() {
        return classWeights;
    }

    /**
     * Spreads a part of each label over the whole vocabulary, where a loss with gradients is computed and the model
     * predicts tokens (Szegedy et al. 2016, §7).
     *
     * @param part in [0, 1)
     */
    public final void setLabelSmoothing(double part) {
        PretrainedConfig.checkProbability("label_smoothing", part);
        labelSmoothing = part;
    }

    /** The part of each label that is spread over the vocabulary; 0 at first. */
    public final double labelSmoothing() {
        return labelSmoothing;
    }

    /**
     * Loss of a part of a batch, already divided by the totals of the whole batch: the losses of all parts add up to that
     * of the batch, and so do their gradients.
     *
     * @param totals counts over the whole batch
     * @throws IllegalArgumentException if the targets aren't of the kind that the model learns from
     */
    public abstract Loss loss(ModelInputs inputs, Targets targets, Totals totals);

    /**
     * What is to be predicted; each model uses the components of its task, the others are empty. The arrays belong to the
     * targets and aren't copied.
     *
     * @param labels one class or token id per packed token, {@value #IGNORED} where there is none; already aligned with
     *     the predicting position. Of the decoder's tokens where there is a decoder
     * @param sequenceLabels one class per sequence, {@value #IGNORED} where there is none. As a next-sentence label: 0 if
     *     the second text follows the first, 1 if not
     * @param values real numbers, equally many per sequence: what a regression should give, or 0 and 1 for each label of
     *     several that may hold at once
     * @param startPositions one token of each sequence, counted in it, {@value #IGNORED} where there is none
     * @param endPositions the same for the last token of an answer
     */
    @SuppressWarnings("ArrayRecordComponent") // plain arrays are the purpose of this type
    public record Targets(
            long[] labels, long[] sequenceLabels, float[] values, long[] startPositions, long[] endPositions) {
        /** Label of what doesn't count. */
        public static final long IGNORED = -100;

        private static final long[] NONE = {};
        private static final float[] NO_VALUES = {};

        /** Targets of tokens. */
        public static Targets ofTokens(long[] labels) {
            return ofTokens(labels, NONE);
        }

        /** Targets of tokens, and of sequences unless {@code sequenceLabels} is empty. */
        public static Targets ofTokens(long[] labels, long[] sequenceLabels) {
            return new Targets(labels, sequenceLabels, NO_VALUES, NONE, NONE);
        }

        /** One class for each sequence. */
        public static Targets ofSequences(long[] labels) {
            return new Targets(NONE, labels, NO_VALUES, NONE, NONE);
        }

        /** Real numbers for each sequence, one row after the other. */
        public static Targets ofValues(float[] values) {
            return new Targets(NONE, NONE, values, NONE, NONE);
        }

        /** A span of tokens in each sequence. */
        public static Targets ofSpans(long[] startPositions, long[] endPositions) {
            return new Targets(NONE, NONE, NO_VALUES, startPositions, endPositions);
        }

        /** Rows that have a label. */
        public long[] labelledRows() {
            return LongStream.range(0, labels.length)
                    .filter(row -> labels[(int) row] != IGNORED)
                    .toArray();
        }

        /** The labels of {@link #labelledRows}. */
        public long[] labelledIds() {
            return Arrays.stream(labels).filter(label -> label != IGNORED).toArray();
        }
    }

    /**
     * What losses are divided by: counts over a whole batch, over all of its parts.
     *
     * @param labelledTokens tokens that have a label
     * @param sequences sequences, labelled or not
     * @param labelledSequences sequences that have a label
     * @param starts sequences that have a start position
     * @param ends sequences that have an end position
     */
    public record Totals(long labelledTokens, long sequences, long labelledSequences, long starts, long ends) {
        /**
         * The totals of a batch in parts.
         *
         * @param sequences in all parts together
         */
        public static Totals of(List<Targets> parts, long sequences) {
            return new Totals(
                    count(parts.stream().map(Targets::labels).toList()),
                    sequences,
                    count(parts.stream().map(Targets::sequenceLabels).toList()),
                    count(parts.stream().map(Targets::startPositions).toList()),
                    count(parts.stream().map(Targets::endPositions).toList()));
        }

        private static long count(List<long[]> labels) {
            return labels.stream()
                    .flatMapToLong(Arrays::stream)
                    .filter(label -> label != Targets.IGNORED)
                    .count();
        }
    }

    /**
     * A loss and its addends.
     *
     * @param total scalar, differentiable
     * @param parts named addends for the log, detached scalars; empty if there is but one
     */
    public record Loss(Tensor total, Map<String, Tensor> parts) {}
}
