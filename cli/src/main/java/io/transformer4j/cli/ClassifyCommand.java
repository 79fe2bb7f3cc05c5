package io.transformer4j.cli;

import io.transformer4j.pipelines.Pipelines;
import io.transformer4j.pipelines.TextClassificationPipeline;
import io.transformer4j.pipelines.ZeroShotClassificationPipeline;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code t4j classify}: texts in, labels and their scores out, as JSON lines. */
@Command(
        name = "classify",
        description = "Say which labels texts have.",
        footer = {
            "%nExamples:",
            "  t4j classify my-classifier 'A film of rare beauty.'",
            "  t4j classify my-nli --zero-shot sports,politics --hypothesis 'This text is about {}.' --file texts.txt"
        })
final class ClassifyCommand implements Callable<Integer> {
    @Mixin
    final ConfigOptions config = new ConfigOptions();

    @Mixin
    final ModelAndManyTexts input = new ModelAndManyTexts();

    @Option(
            names = "--zero-shot",
            split = ",",
            paramLabel = "LABEL",
            description = "Labels the model never learnt; it must tell entailment from contradiction.")
    private List<String> zeroShot = new ArrayList<>();

    @Option(
            names = "--hypothesis",
            paramLabel = "TEXT",
            defaultValue = ZeroShotClassificationPipeline.DEFAULT_HYPOTHESIS,
            description = "--zero-shot: sentence that the text may entail, with {} for the label (default:"
                    + " ${DEFAULT-VALUE}).")
    private String hypothesis = ZeroShotClassificationPipeline.DEFAULT_HYPOTHESIS;

    @Option(names = "--several", description = "--zero-shot: several labels may hold at once.")
    private boolean several;

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
        if (zeroShot.isEmpty()) {
            try (TextClassificationPipeline pipeline =
                    Pipelines.textClassification(folder, inference.pipeline(truncation))) {
                input.forEachChunk(
                        chunk -> JsonLines.print(printer, "text", chunk, "result", pipeline.classify(chunk)));
            }
        } else {
            try (ZeroShotClassificationPipeline pipeline =
                    Pipelines.zeroShotClassification(folder, inference.pipeline(truncation))) {
                input.forEachChunk(chunk -> JsonLines.print(
                        printer, "text", chunk, "result", pipeline.classify(chunk, zeroShot, hypothesis, several)));
            }
        }
        return T4j.OK;
    }
}
