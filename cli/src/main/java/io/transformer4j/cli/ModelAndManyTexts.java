package io.transformer4j.cli;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** Mixin of a subcommand that applies a model to texts of the command line and to the lines of files. */
public final class ModelAndManyTexts {
    @Mixin
    private final ModelAndTexts input = new ModelAndTexts();

    @Option(names = "--file", paramLabel = "FILE", description = "Take the lines of a file as texts too.")
    private @Nullable Path file;

    /** The model's folder; see {@link ModelAndTexts#model}. */
    Path folder(CommandSpec command) {
        return ModelNames.resolve(input.model(command));
    }

    /** Hands on all texts; see {@link Texts#forEachChunk}. */
    void forEachChunk(Texts.ChunkConsumer consumer) throws IOException {
        Texts.forEachChunk(input.texts(), file, consumer);
    }
}
