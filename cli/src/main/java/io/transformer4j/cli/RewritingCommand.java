package io.transformer4j.cli;

import io.transformer4j.data.TextLines;
import io.transformer4j.files.AtomicFile;
import io.transformer4j.generation.GenerationConfig;
import io.transformer4j.pipelines.Alignment;
import io.transformer4j.pipelines.PipelineOptions;
import io.transformer4j.pipelines.Rewriting;
import io.transformer4j.pipelines.RewritingPipeline;
import io.transformer4j.tracking.Charts;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * What {@code t4j translate} and {@code t4j summarize} share: lines in, as many lines out, in the same order. Blank lines stay
 * blank, so that line {@code i} of the answer always belongs to line {@code i} of the text.
 */
abstract class RewritingCommand implements Callable<Integer> {
    private static final Path STDIN = Path.of("-");

    @Mixin
    final ConfigOptions config = new ConfigOptions();

    @Mixin
    final ModelAndTexts input = new ModelAndTexts();

    @Option(names = "--file", paramLabel = "FILE", description = "Take texts from the lines of a file, plain or .gz.")
    private @Nullable Path file;

    @Option(names = "--out", paramLabel = "FILE", description = "Write to this file instead of standard output.")
    private @Nullable Path out;

    @Option(
            names = "--prefix",
            paramLabel = "TEXT",
            defaultValue = "",
            description = "Put this before each text, as T5 wants it: 'translate English to German: '.")
    private String prefix = "";

    @Mixin
    final RewritingOptions rewriting = new RewritingOptions();

    @Option(names = "--scores", description = "Put its score and a tab before each answer.")
    private boolean scores;

    @Option(
            names = "--alignment",
            description = "Print below each answer which source token the decoder looked at most, token by token.")
    private boolean alignment;

    @Option(
            names = "--heat-maps",
            paramLabel = "FOLDER",
            description = "Draw how much the decoder looked at each source token, as FOLDER/0001.png and so on.")
    private @Nullable Path heatMaps;

    @Mixin
    final InferenceOptions inference = new InferenceOptions();

    @Spec
    private @Nullable CommandSpec spec;

    private long lines;
    private long truncated;

    abstract RewritingPipeline open(Path folder, PipelineOptions options);

    @Override
    public final Integer call() throws IOException {
        CommandSpec command = Objects.requireNonNull(spec);
        PrintWriter notes = command.commandLine().getErr();
        Path folder = ModelNames.resolve(input.model(command));
        try (RewritingPipeline pipeline = open(folder, inference.pipeline(false))) {
            if (out == null) {
                rewriteAll(pipeline, command.commandLine().getOut());
            } else {
                AtomicFile.write(out, stream -> {
                    PrintWriter printer = new PrintWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8));
                    rewriteAll(pipeline, printer);
                    if (printer.checkError()) {
                        throw new IOException("the answers can't be written to " + out);
                    }
                });
            }
        } finally {
            if (truncated > 0) {
                notes.printf(
                        Locale.ROOT,
                        "%,d texts had more tokens than the model has positions: their ends were left out"
                                + " (--long-texts split takes them in parts)%n",
                        truncated);
                notes.flush();
            }
        }
        return T4j.OK;
    }

    private void rewriteAll(RewritingPipeline pipeline, PrintWriter printer) throws IOException {
        GenerationConfig settings = rewriting.config(pipeline.defaults());
        List<String> texts = input.texts();
        boolean stdin = texts.equals(List.of("-")) || STDIN.equals(file) || (texts.isEmpty() && file == null);
        if (!texts.isEmpty() && !texts.equals(List.of("-"))) {
            rewrite(pipeline, texts, settings, printer);
            if (file == null) {
                return;
            }
        }
        try (LineFeed feed = new LineFeed(stdin ? TextLines.of("standard input", System.in) : TextLines.open(file))) {
            for (List<String> chunk = feed.next(); !chunk.isEmpty(); chunk = feed.next()) {
                rewrite(pipeline, chunk, settings, printer);
            }
        }
    }

    private void rewrite(RewritingPipeline pipeline, List<String> chunk, GenerationConfig settings, PrintWriter printer)
            throws IOException {
        List<String> sources = chunk.stream()
                .map(text -> text.isBlank() ? text : prefix + text)
                .toList();
        List<Rewriting> rewritings = pipeline.rewrite(sources, settings, rewriting.longTexts());
        for (Rewriting rewriting : rewritings) {
            lines++;
            truncated += rewriting.truncated() ? 1 : 0;
            for (Rewriting.Candidate candidate : rewriting.candidates()) {
                print(candidate, printer);
            }
            if (alignment || heatMaps != null) {
                explain(pipeline, rewriting, printer);
            }
        }
        printer.flush();
    }

    private void print(Rewriting.Candidate candidate, PrintWriter printer) {
        // a line end inside an answer would shift all lines behind it
        String text = candidate.text().replaceAll("\\R", " ");
        if (scores) {
            String score = candidate.score().isPresent()
                    ? String.format(Locale.ROOT, "%.4f", candidate.score().getAsDouble())
                    : "";
            printer.println(score + "\t" + text);
        } else {
            printer.println(text);
        }
    }

    /** Prints and draws the alignment of the best answer; what was written in parts, or not at all, has none. */
    private void explain(RewritingPipeline pipeline, Rewriting rewriting, PrintWriter printer) throws IOException {
        Rewriting.Candidate best = rewriting.candidates().get(0);
        if (best.parts().size() != 1) {
            return;
        }
        Alignment aligned = pipeline.align(rewriting.source(), best);
        if (alignment) {
            printer.println(IntStream.range(0, aligned.targetTokens().size())
                    .mapToObj(i -> aligned.targetTokens().get(i) + "="
                            + aligned.sourceTokens().get(aligned.sourceOf(i)))
                    .collect(Collectors.joining(" ", "  ", "")));
        }
        if (heatMaps != null) {
            Files.createDirectories(heatMaps);
            Charts.heatMap(
                    heatMaps.resolve(String.format(Locale.ROOT, "%04d.png", lines)),
                    "",
                    aligned.sourceTokens(),
                    aligned.targetTokens(),
                    aligned.weights());
        }
    }
}
