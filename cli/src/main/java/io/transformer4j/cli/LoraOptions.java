package io.transformer4j.cli;

import io.transformer4j.models.LoraConfig;
import io.transformer4j.models.PretrainedConfig;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Mixin of a subcommand that can train a low-rank adapter instead of all weights; meaning as in {@link LoraConfig}. */
final class LoraOptions {
    /** Peak learning rate of adapters: about ten times that of whole models. */
    static final double LEARNING_RATE = 5e-4;

    @Option(
            names = "--lora",
            paramLabel = "RANK",
            description =
                    "Train low-rank adapters of this rank instead of the encoder's weights (LoRA); the result is an"
                            + " adapter as PEFT has it. Good learning rates are about ten times as high as without.")
    private @Nullable Integer rank;

    @Option(
            names = "--lora-alpha",
            paramLabel = "R",
            description = "--lora: updates are scaled by alpha / rank (default: twice the rank).")
    private @Nullable Double alpha;

    @Option(
            names = "--lora-dropout",
            paramLabel = "R",
            defaultValue = "0.1",
            description = "--lora: dropout of what goes into an update (default: ${DEFAULT-VALUE}).")
    private double dropout;

    @Option(
            names = "--lora-targets",
            split = ",",
            paramLabel = "NAME",
            description = "--lora: which linear maps get updates, by Hugging Face's names, such as query,value or"
                    + " attention.output.dense, or all-linear (default: queries and values).")
    private List<String> targets = new ArrayList<>();

    @Option(
            names = "--merge",
            description = "--lora: add the adapter to the weights at the end, and save a whole model.")
    private boolean merge;

    boolean wanted() {
        return rank != null;
    }

    /** The adapter's settings; null if there is to be none. */
    @Nullable
    LoraConfig config() {
        return rank == null ? null : new LoraConfig(rank, alpha == null ? 2.0 * rank : alpha, dropout, targets);
    }

    boolean merge() {
        PretrainedConfig.check(!merge || wanted(), "--merge adds an adapter to the weights: it needs --lora");
        return merge;
    }
}
