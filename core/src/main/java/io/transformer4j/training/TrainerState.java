package io.transformer4j.training;

import com.fasterxml.jackson.annotation.JsonAlias;
import io.soabase.recordbuilder.core.RecordBuilder;
import io.transformer4j.data.DataPosition;
import org.jspecify.annotations.Nullable;

/**
 * Where a run stands after a step: with the weights and the optimizer's moments, all that it needs to go on. Random
 * numbers need no state of their own, since masks and dropout follow from the seed and the step.
 *
 * @param globalStep optimizer steps done, skipped ones included
 * @param optimizerSteps updates applied
 * @param position how far the training data was consumed
 * @param tokens tokens seen
 * @param skippedSteps steps without update because loss or gradients weren't finite
 * @param skippedInARow how many of these were the last ones
 * @param sinceLog metrics of the steps since the last log line
 * @param evaluatedStep step of the last evaluation; 0 before the first
 * @param bestMetric best value so far of {@link TrainingArguments#metricForBestModel()}; null before the first evaluation
 * @param bestStep step of that evaluation
 * @param evaluationsSinceBest evaluations after it
 * @param trainSeconds time spent in training steps
 */
@RecordBuilder
public record TrainerState(
        long globalStep,
        long optimizerSteps,
        DataPosition position,
        long tokens,
        long skippedSteps,
        int skippedInARow,
        MetricSums sinceLog,
        long evaluatedStep,
        @JsonAlias({"bestLoss", "best_loss"}) @Nullable Double bestMetric, // in runs before other metrics could decide
        long bestStep,
        int evaluationsSinceBest,
        double trainSeconds)
        implements TrainerStateBuilder.With {

    /** Before the first step. */
    public static final TrainerState START =
            new TrainerState(0, 0, DataPosition.START, 0, 0, 0, MetricSums.NONE, 0, null, 0, 0, 0);
}
