package io.transformer4j.cli;

import io.transformer4j.pipelines.FillMaskPipeline;
import io.transformer4j.pipelines.FillMaskResult;
import io.transformer4j.pipelines.Pipelines;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code t4j fill-mask}: what may stand where a text has a mask. */
@Command(
        name = "fill-mask",
        description = "Say what may stand where a text has a mask, with a masked-language model.",
        footer = {
            "%nExamples:",
            "  t4j fill-mask my-bert 'The [MASK] returns a list.'",
            "  t4j fill-mask my-bert --top-k 10 --file sentences.txt"
        })
final class FillMaskCommand implements Callable<Integer> {
    @Mixin
    final ConfigOptions config = new ConfigOptions();

    @Mixin
    final ModelAndManyTexts input = new ModelAndManyTexts();

    @Option(
            names = "--top-k",
            paramLabel = "N",
            defaultValue = "5",
            description = "Candidates for each mask (default: ${DEFAULT-VALUE}).")
    private int topK;

    @Option(names = "--truncation", description = "Cut texts that are longer than the model's positions.")
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
        try (FillMaskPipeline pipeline = Pipelines.fillMask(folder, inference.pipeline(truncation))) {
            input.forEachChunk(chunk -> {
                pipeline.fill(chunk, topK).forEach(result -> print(result, printer));
                printer.flush();
            });
        }
        return T4j.OK;
    }

    private static void print(FillMaskResult result, PrintWriter printer) {
        printer.println(result.text());
        for (int i = 0; i < result.masks().size(); i++) {
            if (result.masks().size() > 1) {
                printer.println("  mask " + (i + 1));
            }
            for (FillMaskResult.Candidate candidate : result.masks().get(i).candidates()) {
                printer.printf(
                        Locale.ROOT,
                        "%7.2f %%  %-16s %s%n",
                        100 * candidate.score(),
                        candidate.token(),
                        candidate.sequence());
            }
        }
    }
}
