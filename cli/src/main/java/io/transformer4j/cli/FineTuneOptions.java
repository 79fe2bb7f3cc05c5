package io.transformer4j.cli;

import io.transformer4j.finetuning.FineTuneSettings;
import io.transformer4j.torch.Precision;
import io.transformer4j.training.TrainingArguments;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Mixin of {@code finetune}: names and meaning as in {@link FineTuneSettings}. */
final class FineTuneOptions {
    static final double FINE_TUNE_RATE = 5e-5;
    private static final double HEAD_RATE = 1e-3;

    @Mixin
    private final CommonTrainingOptions common = new CommonTrainingOptions();

    @Option(
            names = "--epochs",
            paramLabel = "N",
            defaultValue = "3",
            description = "Passes over the training data (default: ${DEFAULT-VALUE}).")
    private int epochs;

    @Option(
            names = "--batch-size",
            paramLabel = "N",
            defaultValue = "32",
            description = "Examples in a batch (default: ${DEFAULT-VALUE}).")
    private int batchSize;

    @Option(
            names = "--learning-rate",
            paramLabel = "R",
            description = "Peak learning rate (default: 5e-5, with --lora 5e-4, with --mode features 1e-3).")
    private @Nullable Double learningRate;

    @Option(
            names = "--warmup-ratio",
            paramLabel = "R",
            defaultValue = "0.1",
            description = "Share of the steps until the peak (default: ${DEFAULT-VALUE}).")
    private double warmupRatio;

    @Option(
            names = "--max-length",
            paramLabel = "N",
            defaultValue = "0",
            description = "Most tokens of an example, 0 for as many as the model reads (default: ${DEFAULT-VALUE}).")
    private int maxLength;

    @Option(
            names = "--trainable-layers",
            paramLabel = "N",
            defaultValue = "-1",
            description = "How many upper layers learn, -1 for all and the embeddings (default: ${DEFAULT-VALUE}).")
    private int trainableLayers;

    @Option(
            names = "--layer-decay",
            paramLabel = "R",
            defaultValue = "1",
            description = "Factor of the learning rate from a layer to the one below (default: ${DEFAULT-VALUE}).")
    private double layerDecay;

    @Mixin
    final LoraOptions lora = new LoraOptions();

    @Option(names = "--balanced-classes", description = "Let rare classes weigh more.")
    private boolean balancedClasses;

    @Option(names = "--from-scratch", description = "Start from random weights, to see what pre-training is worth.")
    private boolean fromScratch;

    int epochs() {
        return epochs;
    }

    /** The options as settings. */
    FineTuneSettings settings(boolean features, Precision precision, long seed) {
        double usual = features ? HEAD_RATE : lora.wanted() ? LoraOptions.LEARNING_RATE : FINE_TUNE_RATE;
        double rate = learningRate == null ? usual : learningRate;
        TrainingArguments training = common.arguments(precision, seed)
                .with(a -> a.batchSize(batchSize).learningRate(rate));
        return FineTuneSettings.DEFAULTS.with(s -> s.epochs(epochs)
                .warmupRatio(warmupRatio)
                .maxLength(maxLength)
                .trainableLayers(trainableLayers)
                .layerDecay(layerDecay)
                .balancedClasses(balancedClasses)
                .fromScratch(fromScratch)
                .lora(lora.config())
                .mergeAdapter(lora.merge())
                .training(training));
    }
}
