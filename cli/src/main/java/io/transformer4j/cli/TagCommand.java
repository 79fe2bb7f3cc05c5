package io.transformer4j.cli;

import io.transformer4j.pipelines.Aggregation;
import io.transformer4j.pipelines.Pipelines;
import io.transformer4j.pipelines.TokenClassificationPipeline;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code t4j tag}: texts in, entities with their places out, as JSON lines. */
@Command(
        name = "tag",
        description = "Find entities in texts.",
        footer = {
            "%nExamples:",
            "  t4j tag my-tagger 'Ada Lovelace lived in London.'",
            "  t4j tag my-tagger --aggregation average --file texts.txt"
        })
final class TagCommand implements Callable<Integer> {
    @Mixin
    final ConfigOptions config = new ConfigOptions();

    @Mixin
    final ModelAndManyTexts input = new ModelAndManyTexts();

    @Option(
            names = "--aggregation",
            paramLabel = "NAME",
            defaultValue = "first",
            description = "Which tokens of a word say its label: first, average or max (default: ${DEFAULT-VALUE}).")
    private Aggregation aggregation = Aggregation.FIRST;

    @Option(
            names = "--truncation",
            description = "Cut texts that are longer than the model reads, instead of going through them in windows.")
    private boolean truncation;

    @Mixin
    final InferenceOptions inference = new InferenceOptions();

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        CommandSpec command = Objects.requireNonNull(spec);
        PrintWriter printer = command.commandLine().getOut();
        Path folder = input.folder(command);
        try (TokenClassificationPipeline pipeline =
                Pipelines.tokenClassification(folder, inference.pipeline(truncation))) {
            input.forEachChunk(chunk ->
                    JsonLines.print(printer, "text", chunk, "entities", pipeline.entities(chunk, aggregation)));
        }
        return T4j.OK;
    }
}
