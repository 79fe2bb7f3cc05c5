package io.transformer4j.models;

import static io.transformer4j.models.PretrainedConfig.check;

import java.util.List;

/**
 * Settings of a low-rank adapter (Hu et al. 2021), as PEFT's {@code LoraConfig} has them.
 *
 * @param rank inner width of the updates
 * @param alpha updates are scaled by {@code alpha / rank}
 * @param dropout of the updates' input while training
 * @param targetModules which linear maps get an update: Hugging Face's names of modules, or ends of their paths, such as {@code query} or
 *     {@code attention.output.dense}; {@code all-linear} for all below the head. None for queries and values, as in the paper
 */
public record LoraConfig(int rank, double alpha, double dropout, List<String> targetModules) {
    /** All linear maps below the head. */
    public static final String ALL_LINEAR = "all-linear";

    /** Rank 8, doubled, on queries and values. */
    public static final LoraConfig DEFAULT = new LoraConfig(8, 16, 0.1, List.of());

    /** Checks the values. */
    public LoraConfig {
        check(rank > 0, "the rank of an adapter must be positive, but is %d", rank);
        check(alpha > 0 && Double.isFinite(alpha), "alpha of an adapter must be positive, but is %s", alpha);
        PretrainedConfig.checkProbability("lora_dropout", dropout);
        targetModules = List.copyOf(targetModules);
    }
}
