package io.transformer4j.cli;

import io.transformer4j.attention.AttentionOptions;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** Mixin of a subcommand that chooses an attention kernel: the settings of {@link AttentionOptions}. */
public final class KernelOptions {
    @Option(
            names = "--window",
            paramLabel = "N",
            defaultValue = "512",
            description = "sliding_window: keys on both sides together (default: ${DEFAULT-VALUE}).")
    private int window;

    @Option(
            names = "--dilation",
            paramLabel = "N",
            defaultValue = "1",
            description = "sliding_window: distance between the keys that are seen (default: ${DEFAULT-VALUE}).")
    private int dilation;

    @Option(
            names = "--block-size",
            paramLabel = "N",
            defaultValue = "64",
            description = "big_bird: tokens in a block (default: ${DEFAULT-VALUE}).")
    private int blockSize;

    @Option(
            names = "--random-blocks",
            paramLabel = "N",
            defaultValue = "3",
            description = "big_bird: random blocks that each block sees (default: ${DEFAULT-VALUE}).")
    private int randomBlocks;

    @Option(
            names = "--projection-size",
            paramLabel = "K",
            defaultValue = "256",
            description = "linformer: mixtures of keys (default: ${DEFAULT-VALUE}).")
    private int projectionSize;

    @Option(
            names = "--features",
            paramLabel = "M",
            defaultValue = "256",
            description = "performer: random features (default: ${DEFAULT-VALUE}).")
    private int features;

    /** As they stand in {@code config.json}. */
    Map<String, Object> tree() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("window", window);
        tree.put("dilation", dilation);
        tree.put("block_size", blockSize);
        tree.put("num_random_blocks", randomBlocks);
        tree.put("projection_size", projectionSize);
        tree.put("num_features", features);
        return tree;
    }

    /** For a kernel outside of a model. */
    AttentionOptions options() {
        return AttentionOptions.read(Map.of(AttentionOptions.KEY, tree()), 0, AttentionOptions.DEFAULTS.maxLength());
    }
}
