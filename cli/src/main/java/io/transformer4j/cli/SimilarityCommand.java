package io.transformer4j.cli;

import io.transformer4j.pipelines.NearestNeighbours;
import io.transformer4j.pipelines.Pipelines;
import io.transformer4j.pipelines.SentenceSimilarityPipeline;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code t4j similarity}: a query and texts in, the texts most like it out. */
@Command(
        name = "similarity",
        description = "Say how alike texts are in meaning.",
        footer = {
            "%nExamples:",
            "  t4j similarity all-MiniLM-L6-v2 'A cat sits.' 'A kitten is sitting.' 'Stocks fell.'",
            "  t4j similarity all-MiniLM-L6-v2 --query 'wild animals' --file texts.txt"
        })
final class SimilarityCommand implements Callable<Integer> {
    @Mixin
    final ConfigOptions config = new ConfigOptions();

    @Parameters(index = "0", paramLabel = "MODEL", description = ModelNames.DESCRIPTION + ".")
    private @Nullable String model;

    @Parameters(
            index = "1..*",
            arity = "0..*",
            paramLabel = "TEXT",
            description = "Texts; - for the lines of standard input.")
    private List<String> texts = new ArrayList<>();

    @Option(names = "--file", paramLabel = "FILE", description = "Take the lines of a file as texts too.")
    private @Nullable Path file;

    @Option(
            names = "--query",
            paramLabel = "TEXT",
            description = "What the texts are compared with (default: the first text).")
    private @Nullable String query;

    @Option(
            names = "--top-k",
            paramLabel = "N",
            defaultValue = "10",
            description = "Most texts to show (default: ${DEFAULT-VALUE}).")
    private int topK;

    @Option(names = "--truncation", description = "Cut texts that are longer than the model reads.")
    private boolean truncation;

    @Mixin
    final InferenceOptions inference = new InferenceOptions();

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        PrintWriter printer = Objects.requireNonNull(spec).commandLine().getOut();
        List<String> all = new ArrayList<>();
        Texts.forEachChunk(texts, file, all::addAll);
        String question = query == null ? all.remove(0) : query;
        try (SentenceSimilarityPipeline pipeline = Pipelines.sentenceSimilarity(
                ModelNames.resolve(Objects.requireNonNull(model)), inference.pipeline(truncation))) {
            for (NearestNeighbours.Neighbour<String> found : pipeline.mostSimilar(question, all, topK)) {
                printer.printf(Locale.ROOT, "%.4f  %s%n", found.similarity(), found.item());
            }
        }
        printer.flush();
        return T4j.OK;
    }
}
