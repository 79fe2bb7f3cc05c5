package io.transformer4j.cli;

import io.transformer4j.torch.Precision;
import io.transformer4j.training.LearningRateSchedule;
import io.transformer4j.training.TrainingArguments;
import picocli.CommandLine.Option;

/** Options of new models and of fine-tuning alike; names and meaning as in {@link TrainingArguments}. */
final class CommonTrainingOptions {
    @Option(
            names = "--gradient-accumulation-steps",
            paramLabel = "N",
            defaultValue = "1",
            description = "Batches in a step (default: ${DEFAULT-VALUE}).")
    private int gradientAccumulationSteps;

    @Option(names = "--group-by-length", description = "Put sequences of similar length into one batch.")
    private boolean groupByLength;

    @Option(
            names = "--gradient-checkpointing",
            description = "Run layers again in the backward pass instead of keeping what they computed: less memory.")
    private boolean gradientCheckpointing;

    @Option(
            names = "--lr-scheduler",
            paramLabel = "NAME",
            defaultValue = "linear",
            description = "linear, cosine, inverse_sqrt or constant (default: ${DEFAULT-VALUE}).")
    private String lrScheduler = "linear";

    @Option(
            names = "--weight-decay",
            paramLabel = "R",
            defaultValue = "0.01",
            description = "Decoupled decay of matrices (default: ${DEFAULT-VALUE}).")
    private double weightDecay;

    @Option(
            names = "--max-grad-norm",
            paramLabel = "R",
            defaultValue = "1",
            description = "Limit of the global gradient norm, 0 for none (default: ${DEFAULT-VALUE}).")
    private double maxGradNorm;

    @Option(
            names = "--logging-steps",
            paramLabel = "N",
            defaultValue = "20",
            description = "Steps between log records (default: ${DEFAULT-VALUE}).")
    private long loggingSteps;

    @Option(
            names = "--eval-steps",
            paramLabel = "N",
            defaultValue = "0",
            description = "Steps between evaluations, 0 for one at the end (default: ${DEFAULT-VALUE}).")
    private long evalSteps;

    @Option(
            names = "--save-steps",
            paramLabel = "N",
            defaultValue = "0",
            description = "Steps between checkpoints, 0 for one at the end (default: ${DEFAULT-VALUE}).")
    private long saveSteps;

    @Option(
            names = "--save-total-limit",
            paramLabel = "N",
            defaultValue = "2",
            description = "Checkpoints to keep besides the best, 0 for all (default: ${DEFAULT-VALUE}).")
    private int saveTotalLimit;

    @Option(
            names = "--early-stopping-patience",
            paramLabel = "N",
            defaultValue = "0",
            description =
                    "Evaluations without improvement before the run stops, 0 for never (default: ${DEFAULT-VALUE}).")
    private int earlyStoppingPatience;

    @Option(names = "--load-best-model-at-end", description = "End with the weights of the best evaluation.")
    private boolean loadBestModelAtEnd;

    /** The options as arguments of a trainer, with default values for all others. */
    TrainingArguments arguments(Precision precision, long seed) {
        return TrainingArguments.DEFAULTS.with(a -> a.gradientAccumulationSteps(gradientAccumulationSteps)
                .groupByLength(groupByLength)
                .gradientCheckpointing(gradientCheckpointing)
                .lrScheduler(LearningRateSchedule.of(lrScheduler))
                .weightDecay(weightDecay)
                .maxGradNorm(maxGradNorm)
                .loggingSteps(loggingSteps)
                .evalSteps(evalSteps)
                .saveSteps(saveSteps)
                .saveTotalLimit(saveTotalLimit)
                .earlyStoppingPatience(earlyStoppingPatience)
                .loadBestModelAtEnd(loadBestModelAtEnd)
                .precision(precision)
                .seed(seed));
    }
}
