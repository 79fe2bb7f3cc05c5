package io.transformer4j.cli;

import io.transformer4j.search.ModelEmbedder;
import io.transformer4j.search.Passage;
import io.transformer4j.search.SearchHit;
import io.transformer4j.search.SearchIndex;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/** {@code t4j search query}: what an index has that is nearest in meaning. */
@Command(
        name = "query",
        description = "Find passages by meaning: score (cosine), file, line, column and text.",
        footer = {
            "%nExamples:",
            "  t4j search query --index idx 'how do I save a model?'",
            "  t4j search query --index idx --top-k 3 --format jsonl --file questions.txt"
        })
final class SearchQueryCommand implements Callable<Integer> {
    private enum Format {
        TEXT,
        JSONL
    }

    private static final int SNIPPET = 160;

    @Mixin
    final ConfigOptions config = new ConfigOptions();

    @Parameters(
            arity = "0..*",
            paramLabel = "QUERY",
            description = "What to look for; - for the lines of standard input.")
    private List<String> queries = new ArrayList<>();

    @Option(names = "--index", required = true, paramLabel = "FOLDER", description = "The index.")
    private @Nullable Path index;

    @Option(
            names = "--model",
            paramLabel = "MODEL",
            description = "Where the index's model is now (default: where it was when the index was made).")
    private @Nullable String model;

    @Option(names = "--file", paramLabel = "FILE", description = "Take the lines of a file as queries too.")
    private @Nullable Path file;

    @Option(
            names = "--top-k",
            paramLabel = "N",
            defaultValue = "10",
            description = "Most passages for a query (default: ${DEFAULT-VALUE}).")
    private int topK;

    @Option(
            names = "--min-score",
            paramLabel = "R",
            defaultValue = "-1",
            description = "Leave out passages with a lower score (default: ${DEFAULT-VALUE}, none).")
    private double minScore;

    @Option(
            names = "--format",
            paramLabel = "NAME",
            defaultValue = "text",
            description = "text (the beginning of each passage) or jsonl (all of it) (default: ${DEFAULT-VALUE}).")
    private Format format = Format.TEXT;

    @Mixin
    final InferenceOptions inference = new InferenceOptions();

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Path folder = Objects.requireNonNull(index);
        String name = model == null ? SearchIndex.modelName(folder) : model;
        PrintWriter printer = Objects.requireNonNull(spec).commandLine().getOut();
        try (ModelEmbedder embedder = ModelEmbedder.open(ModelNames.resolve(name), inference.pipeline(true));
                SearchIndex opened = SearchIndex.open(folder, embedder)) {
            Texts.forEachChunk(queries, file, chunk -> {
                for (String query : chunk) {
                    print(printer, query, opened.search(query, topK));
                }
            });
        }
        return T4j.OK;
    }

    private void print(PrintWriter printer, String query, List<SearchHit> hits) {
        if (format == Format.TEXT && (queries.size() > 1 || file != null)) {
            printer.println("# " + query);
        }
        hits.stream()
                .filter(hit -> hit.score() >= minScore)
                .forEach(hit -> printer.println(format == Format.TEXT ? text(hit) : json(query, hit)));
        printer.flush();
    }

    private static String text(SearchHit hit) {
        Passage passage = hit.passage();
        return String.format(
                Locale.ROOT,
                "%.4f  %s:%d:%d  %s",
                hit.score(),
                shortened(Path.of(passage.file())),
                passage.line(),
                passage.column(),
                snippet(passage.text()));
    }

    /** As seen from the working directory, if the file is below it. */
    private static Path shortened(Path file) {
        Path here = Path.of("").toAbsolutePath();
        return file.startsWith(here) ? here.relativize(file) : file;
    }

    private static String snippet(String text) {
        String line = text.strip().replaceAll("\\s+", " ");
        if (line.length() <= SNIPPET) {
            return line;
        }
        int end = Character.isHighSurrogate(line.charAt(SNIPPET - 1)) ? SNIPPET - 1 : SNIPPET;
        return line.substring(0, end) + "…";
    }

    private static String json(String query, SearchHit hit) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("query", query);
        line.put("score", hit.score());
        line.put("file", hit.passage().file());
        line.put("line", hit.passage().line());
        line.put("column", hit.passage().column());
        line.put("text", hit.passage().text());
        return JsonMapper.shared().writeValueAsString(line);
    }
}
