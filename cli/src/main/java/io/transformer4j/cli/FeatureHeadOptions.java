package io.transformer4j.cli;

import io.transformer4j.models.features.FeatureHeadConfig;
import io.transformer4j.models.features.FeatureLayers;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Mixin of {@code finetune}: the head that {@code --mode features} trains. */
final class FeatureHeadOptions {
    @Option(
            names = "--feature-layers",
            paramLabel = "NAME",
            description = "features: last, sum_last_four, concat_last_four or scalar_mix (default: last for texts,"
                    + " concat_last_four for words).")
    private @Nullable FeatureLayers layers;

    @Option(
            names = "--head",
            paramLabel = "NAME",
            defaultValue = "linear",
            description = "features: linear, mlp or bilstm (default: ${DEFAULT-VALUE}).")
    private FeatureHeadConfig.Type type = FeatureHeadConfig.Type.LINEAR;

    @Option(
            names = "--head-size",
            paramLabel = "N",
            defaultValue = "256",
            description = "features: hidden width of mlp, or of each direction of bilstm (default: ${DEFAULT-VALUE}).")
    private long size;

    @Option(
            names = "--head-dropout",
            paramLabel = "R",
            defaultValue = "0.1",
            description = "features: dropout of the head (default: ${DEFAULT-VALUE}).")
    private double dropout;

    @Option(names = "--crf", description = "features: choose the tags of a sentence together.")
    private boolean crf;

    @Option(
            names = "--feature-cache",
            paramLabel = "FOLDER",
            description = "features: where computed features are kept (default: feature-cache in the output folder).")
    private @Nullable Path cache;

    /** The head for texts, or for words. */
    FeatureHeadConfig head(boolean ofWords) {
        FeatureHeadConfig base = ofWords ? FeatureHeadConfig.TOKEN : FeatureHeadConfig.TEXT;
        return base.with(c -> c.layers(layers == null ? base.layers() : layers)
                .type(type)
                .hiddenSize(size)
                .dropout(dropout)
                .crf(crf));
    }

    /** Where features are kept. */
    Path cache(Path out) {
        return cache == null ? out.resolve("feature-cache") : cache;
    }
}
