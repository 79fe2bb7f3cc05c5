package io.transformer4j.training;

import io.soabase.recordbuilder.core.RecordBuilder;
import io.transformer4j.torch.Precision;
import java.util.Locale;

/**
 * How to train; names as in HF {@code TrainingArguments}. A step is one optimizer update.
 *
 * @param maxSteps number of optimizer steps
 * @param batchSize sequences in a micro-batch, over all workers
 * @param gradientAccumulationSteps micro-batches in a step
 * @param maxTokensPerBatch most tokens in a micro-batch, those of the decoder included; 0 for no limit
 * @param groupByLength whether sequences of similar length share a batch
 * @param labelSmoothing part of each token label that is spread over the vocabulary
 * @param gradientCheckpointing whether layers run again in the backward pass instead of keeping what they computed
 * @param learningRate at its peak
 * @param minLearningRateRatio lowest learning rate after warm-up, as a part of the peak
 * @param lrCooldownSteps last steps, in which the rate falls straight from where the schedule has it to the lowest (Hägele et
 *     al. 2024); 0 for none
 * @param weightDecay decoupled decay of matrices; biases and norms have none
 * @param maxGradNorm limit of the global gradient norm; 0 for none
 * @param emaDecay of an exponential moving average of the weights, which evaluations and saved models then have; 0 for none
 * @param loggingSteps steps between log lines
 * @param evalSteps steps between evaluations; 0 for only one at the end
 * @param evalBatches most batches in an evaluation; 0 for the whole evaluation set
 * @param saveSteps steps between checkpoints; 0 for only one at the end
 * @param saveTotalLimit checkpoints to keep, besides the best; 0 for all
 * @param metricForBestModel which value of an evaluation decides how good the model is, such as {@code loss} or {@code bleu}
 * @param greaterIsBetter whether it is to be high
 * @param earlyStoppingPatience evaluations without improvement before the run stops; 0 for never
 * @param loadBestModelAtEnd whether the model ends with the weights of the best evaluation
 * @param maxSkippedSteps non-finite steps in a row before the run fails
 * @param seed of weights, data order, masks and dropout
 */
@RecordBuilder
public record TrainingArguments(
        long maxSteps,
        int batchSize,
        int gradientAccumulationSteps,
        int maxTokensPerBatch,
        boolean groupByLength,
        double labelSmoothing,
        boolean gradientCheckpointing,
        double learningRate,
        LearningRateSchedule lrScheduler,
        long warmupSteps,
        double minLearningRateRatio,
        long lrCooldownSteps,
        double weightDecay,
        double adamBeta1,
        double adamBeta2,
        double adamEpsilon,
        double maxGradNorm,
        double emaDecay,
        long loggingSteps,
        long evalSteps,
        long evalBatches,
        long saveSteps,
        int saveTotalLimit,
        String metricForBestModel,
        boolean greaterIsBetter,
        int earlyStoppingPatience,
        boolean loadBestModelAtEnd,
        int maxSkippedSteps,
        Precision precision,
        long seed)
        implements TrainingArgumentsBuilder.With {

    /** Sensible values; HF's where it has some. */
    public static final TrainingArguments DEFAULTS = TrainingArgumentsBuilder.builder()
            .maxSteps(1000)
            .batchSize(16)
            .gradientAccumulationSteps(1)
            .maxTokensPerBatch(0)
            .groupByLength(false)
            .labelSmoothing(0)
            .gradientCheckpointing(false)
            .learningRate(5e-4)
            .lrScheduler(LearningRateSchedule.LINEAR)
            .warmupSteps(0)
            .minLearningRateRatio(0)
            .lrCooldownSteps(0)
            .weightDecay(0.01)
            .adamBeta1(0.9)
            .adamBeta2(0.999)
            .adamEpsilon(1e-8)
            .maxGradNorm(1)
            .emaDecay(0)
            .loggingSteps(50)
            .evalSteps(0)
            .evalBatches(0)
            .saveSteps(0)
            .saveTotalLimit(2)
            .metricForBestModel("loss")
            .greaterIsBetter(false)
            .earlyStoppingPatience(0)
            .loadBestModelAtEnd(false)
            .maxSkippedSteps(10)
            .precision(Precision.FP32)
            .seed(42)
            .build();

    /**
     * Checks every value and those that contradict each other.
     *
     * @throws IllegalArgumentException in one sentence with the names
     */
    public TrainingArguments {
        check(maxSteps > 0, "maxSteps must be positive, but is %d", maxSteps);
        check(batchSize > 0, "batchSize must be positive, but is %d", batchSize);
        check(
                gradientAccumulationSteps > 0,
                "gradientAccumulationSteps must be positive, but is %d",
                gradientAccumulationSteps);
        check(maxTokensPerBatch >= 0, "maxTokensPerBatch must not be negative, but is %d", maxTokensPerBatch);
        checkRatio("labelSmoothing", labelSmoothing, false);
        check(learningRate > 0, "learningRate must be positive, but is %s", learningRate);
        check(
                warmupSteps >= 0 && warmupSteps < maxSteps,
                "warmupSteps (%d) must be smaller than maxSteps (%d) and not negative",
                warmupSteps,
                maxSteps);
        checkRatio("minLearningRateRatio", minLearningRateRatio, true);
        check(
                lrCooldownSteps >= 0 && lrCooldownSteps <= maxSteps - warmupSteps,
                "lrCooldownSteps (%d) must not be negative, nor more than the steps after warm-up (%d)",
                lrCooldownSteps,
                maxSteps - warmupSteps);
        check(weightDecay >= 0, "weightDecay must not be negative, but is %s", weightDecay);
        checkRatio("adamBeta1", adamBeta1, false);
        checkRatio("adamBeta2", adamBeta2, false);
        check(adamEpsilon > 0, "adamEpsilon must be positive, but is %s", adamEpsilon);
        check(maxGradNorm >= 0, "maxGradNorm must not be negative, but is %s", maxGradNorm);
        checkRatio("emaDecay", emaDecay, false);
        check(loggingSteps > 0, "loggingSteps must be positive, but is %d", loggingSteps);
        check(evalSteps >= 0, "evalSteps must not be negative, but is %d", evalSteps);
        check(evalBatches >= 0, "evalBatches must not be negative, but is %d", evalBatches);
        check(saveSteps >= 0, "saveSteps must not be negative, but is %d", saveSteps);
        check(saveTotalLimit >= 0, "saveTotalLimit must not be negative, but is %d", saveTotalLimit);
        check(
                earlyStoppingPatience >= 0,
                "earlyStoppingPatience must not be negative, but is %d",
                earlyStoppingPatience);
        check(
                earlyStoppingPatience == 0 || evalSteps > 0,
                "earlyStoppingPatience (%d) needs evalSteps > 0",
                earlyStoppingPatience);
        check(maxSkippedSteps > 0, "maxSkippedSteps must be positive, but is %d", maxSkippedSteps);
    }

    /** The learning rate of the step after {@code doneSteps} steps. */
    public double learningRateAt(long doneSteps) {
        double factor = lrScheduler.factor(doneSteps, warmupSteps, maxSteps, minLearningRateRatio);
        long left = Math.max(0, maxSteps - doneSteps);
        if (left < lrCooldownSteps) {
            factor = minLearningRateRatio + (factor - minLearningRateRatio) * left / lrCooldownSteps;
        }
        return learningRate * factor;
    }

    private static void checkRatio(String name, double value, boolean oneAllowed) {
        check(
                value >= 0 && (value < 1 || (oneAllowed && value == 1)),
                "%s must be in [0, 1%s, but is %s",
                name,
                oneAllowed ? "]" : ")",
                value);
    }

    private static void check(boolean condition, String format, Object... arguments) {
        if (!condition) {
            throw new IllegalArgumentException(String.format(Locale.ROOT, format, arguments));
        }
    }
}
