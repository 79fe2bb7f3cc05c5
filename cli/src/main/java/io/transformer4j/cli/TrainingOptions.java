package io.transformer4j.cli;

import io.transformer4j.torch.Precision;
import io.transformer4j.training.LearningRateSchedule;
import io.transformer4j.training.TrainingArguments;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Mixin of a subcommand that trains; names and meaning as in {@link TrainingArguments}. */
public final class TrainingOptions {
    private static final double NEW_MODEL_RATE = 1e-3;

    @Option(
            names = "--max-steps",
            paramLabel = "N",
            defaultValue = "1000",
            description = "Optimizer steps (default: ${DEFAULT-VALUE}).")
    private long maxSteps;

    @Option(
            names = "--batch-size",
            paramLabel = "N",
            defaultValue = "32",
            description = "Sequences in a batch (default: ${DEFAULT-VALUE}).")
    private int batchSize;

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
            names = "--learning-rate",
            paramLabel = "R",
            description =
                    "Peak learning rate (default: 1e-3; 5e-5 if pretrain goes on with a --model, 5e-4 with --lora).")
    private @Nullable Double learningRate;

    @Option(
            names = "--lr-scheduler",
            paramLabel = "NAME",
            defaultValue = "linear",
            description = "linear, cosine, inverse_sqrt or constant (default: ${DEFAULT-VALUE}).")
    private String lrScheduler = "linear";

    @Option(
            names = "--warmup-steps",
            paramLabel = "N",
            defaultValue = "0",
            description = "Steps until the peak (default: ${DEFAULT-VALUE}).")
    private long warmupSteps;

    @Option(
            names = "--min-learning-rate-ratio",
            paramLabel = "R",
            defaultValue = "0",
            description = "Lowest learning rate after warm-up, as a part of the peak (default: ${DEFAULT-VALUE}).")
    private double minLearningRateRatio;

    @Option(
            names = "--lr-cooldown-steps",
            paramLabel = "N",
            defaultValue = "0",
            description = "Last steps, in which the learning rate falls straight to its lowest, 0 for none (default:"
                    + " ${DEFAULT-VALUE}).")
    private long lrCooldownSteps;

    @Option(
            names = "--weight-decay",
            paramLabel = "R",
            defaultValue = "0.01",
            description = "Decoupled decay of matrices (default: ${DEFAULT-VALUE}).")
    private double weightDecay;

    @Option(
            names = "--adam-beta1",
            paramLabel = "R",
            defaultValue = "0.9",
            description = "Decay of AdamW's first moment (default: ${DEFAULT-VALUE}).")
    private double adamBeta1;

    @Option(
            names = "--adam-beta2",
            paramLabel = "R",
            defaultValue = "0.999",
            description = "Decay of AdamW's second moment (default: ${DEFAULT-VALUE}).")
    private double adamBeta2;

    @Option(
            names = "--max-grad-norm",
            paramLabel = "R",
            defaultValue = "1",
            description = "Limit of the global gradient norm, 0 for none (default: ${DEFAULT-VALUE}).")
    private double maxGradNorm;

    @Option(
            names = "--ema-decay",
            paramLabel = "R",
            defaultValue = "0",
            description = "Keep a moving average of the weights, of which this part stays at each step, such as 0.999;"
                    + " evaluations and saved models have it. 0 for none (default: ${DEFAULT-VALUE}).")
    private double emaDecay;

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
            names = "--eval-batches",
            paramLabel = "N",
            defaultValue = "0",
            description = "Most batches in an evaluation, 0 for all (default: ${DEFAULT-VALUE}).")
    private long evalBatches;

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

    /** The options as arguments of a trainer of a new model. */
    TrainingArguments arguments(Precision precision, long seed) {
        return arguments(precision, seed, NEW_MODEL_RATE);
    }

    /**
     * The options as arguments of a trainer.
     *
     * @param defaultRate learning rate if none was given
     */
    TrainingArguments arguments(Precision precision, long seed, double defaultRate) {
        return TrainingArguments.DEFAULTS.with(a -> a.maxSteps(maxSteps)
                .batchSize(batchSize)
                .gradientAccumulationSteps(gradientAccumulationSteps)
                .groupByLength(groupByLength)
                .gradientCheckpointing(gradientCheckpointing)
                .learningRate(learningRate == null ? defaultRate : learningRate)
                .lrScheduler(LearningRateSchedule.of(lrScheduler))
                .warmupSteps(warmupSteps)
                .minLearningRateRatio(minLearningRateRatio)
                .lrCooldownSteps(lrCooldownSteps)
                .weightDecay(weightDecay)
                .adamBeta1(adamBeta1)
                .adamBeta2(adamBeta2)
                .maxGradNorm(maxGradNorm)
                .emaDecay(emaDecay)
                .loggingSteps(loggingSteps)
                .evalSteps(evalSteps)
                .evalBatches(evalBatches)
                .saveSteps(saveSteps)
                .saveTotalLimit(saveTotalLimit)
                .earlyStoppingPatience(earlyStoppingPatience)
                .loadBestModelAtEnd(loadBestModelAtEnd)
                .precision(precision)
                .seed(seed));
    }
}
