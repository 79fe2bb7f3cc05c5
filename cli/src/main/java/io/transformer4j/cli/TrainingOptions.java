package io.transformer4j.cli;

import io.transformer4j.torch.Precision;
import io.transformer4j.training.TrainingArguments;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Mixin of a subcommand that trains; names and meaning as in {@link TrainingArguments}. */
public final class TrainingOptions {
    private static final double NEW_MODEL_RATE = 1e-3;

    @Mixin
    private final CommonTrainingOptions common = new CommonTrainingOptions();

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
            names = "--learning-rate",
            paramLabel = "R",
            description =
                    "Peak learning rate (default: 1e-3; 5e-5 if pretrain goes on with a --model, 5e-4 with --lora).")
    private @Nullable Double learningRate;

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
            names = "--ema-decay",
            paramLabel = "R",
            defaultValue = "0",
            description = "Keep a moving average of the weights, of which this part stays at each step, such as 0.999;"
                    + " evaluations and saved models have it. 0 for none (default: ${DEFAULT-VALUE}).")
    private double emaDecay;

    @Option(
            names = "--eval-batches",
            paramLabel = "N",
            defaultValue = "0",
            description = "Most batches in an evaluation, 0 for all (default: ${DEFAULT-VALUE}).")
    private long evalBatches;

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
        return common.arguments(precision, seed)
                .with(a -> a.maxSteps(maxSteps)
                        .batchSize(batchSize)
                        .learningRate(learningRate == null ? defaultRate : learningRate)
                        .warmupSteps(warmupSteps)
                        .minLearningRateRatio(minLearningRateRatio)
                        .lrCooldownSteps(lrCooldownSteps)
                        .adamBeta1(adamBeta1)
                        .adamBeta2(adamBeta2)
                        .emaDecay(emaDecay)
                        .evalBatches(evalBatches));
    }
}
