package io.transformer4j.models;

import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** A model with a training objective. */
public abstract class TrainableModel extends PretrainedModel {
    /**
     * Loss of a part of a batch, already divided by the totals of the whole batch: the losses of all parts add up to that
     * of the batch, and so do their gradients.
     *
     * @param totals counts over the whole batch
     */
    public abstract Loss loss(ModelInputs inputs, Targets targets, Totals totals);

    /**
     * What is to be predicted.
     *
     * @param labels one token id per packed token, -100 where there is none; already aligned with the predicting position
     * @param nextSentenceLabels one per sequence: 0 if the second text follows the first, 1 if not; empty if not asked
     */
    public record Targets(long[] labels, long[] nextSentenceLabels) {
        /** Label of tokens that don't count. */
        public static final long IGNORED = -100;

        /** Rows that have a label. */
        public long[] labelledRows() {
            return java.util.stream.LongStream.range(0, labels.length)
                    .filter(row -> labels[(int) row] != IGNORED)
                    .toArray();
        }

        /** The labels of {@link #labelledRows}. */
        public long[] labelledIds() {
            return java.util.Arrays.stream(labels)
                    .filter(label -> label != IGNORED)
                    .toArray();
        }
    }

    /** Numbers of labels and of sequences in a whole batch, over all of its parts. */
    public record Totals(long labelledTokens, long sequences) {}

    /**
     * A loss and its addends.
     *
     * @param total scalar, differentiable
     * @param parts named addends for the log, detached scalars; empty if there is but one
     */
    public record Loss(Tensor total, Map<String, Tensor> parts) {}
}
