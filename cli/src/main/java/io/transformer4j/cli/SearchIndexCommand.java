package io.transformer4j.cli;

import io.transformer4j.search.IndexUpdate;
import io.transformer4j.search.ModelEmbedder;
import io.transformer4j.search.PassageOptions;
import io.transformer4j.search.SearchIndex;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
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

/** {@code t4j search index}: makes an index of texts, or brings one up to date. */
@Command(
        name = "index",
        description = "Make an index of files, or bring it up to date: only new and changed files are embedded.",
        footer = {
            "%nExamples:",
            "  t4j search index --model minilm --index idx docs/",
            "  t4j search index --model minilm --index idx --unit paragraph books/ notes.txt",
            "  t4j search index --model bge-small-en --index idx --column body articles.jsonl"
        })
final class SearchIndexCommand implements Callable<Integer> {
    @Mixin
    final ConfigOptions config = new ConfigOptions();

    @Parameters(
            arity = "1..*",
            paramLabel = "PATH",
            description =
                    "Files, and folders whose .txt, .md, .rst, .adoc, .jsonl, .tsv and .csv files are taken (.gz too).")
    private List<Path> paths = new ArrayList<>();

    @Option(names = "--model", required = true, paramLabel = "MODEL", description = ModelNames.DESCRIPTION + ".")
    private String model = "";

    @Option(names = "--index", required = true, paramLabel = "FOLDER", description = "Where the index is, or will be.")
    private @Nullable Path index;

    @Option(
            names = "--unit",
            paramLabel = "NAME",
            defaultValue = "line",
            description =
                    "What a passage of plain text is: line, paragraph (up to a blank line) or file; what is longer"
                            + " than the model reads is divided (default: ${DEFAULT-VALUE}).")
    private PassageOptions.Unit unit = PassageOptions.Unit.LINE;

    @Option(
            names = "--column",
            paramLabel = "NAME",
            defaultValue = "text",
            description =
                    "Column of .tsv and .csv (name, or number from 1), or field of .jsonl, that is searched; the first"
                            + " column if there is no header (default: ${DEFAULT-VALUE}).")
    private String column = "text";

    @Mixin
    final InferenceOptions inference = new InferenceOptions();

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Path folder = OutputFolder.check(Objects.requireNonNull(index));
        try (ModelEmbedder embedder = ModelEmbedder.open(ModelNames.resolve(model), inference.pipeline(true));
                SearchIndex opened = SearchIndex.open(folder, embedder);
                ProgressDisplay progress = ProgressDisplay.start("indexing (bytes)", 0)) {
            IndexUpdate update = opened.update(paths, new PassageOptions(unit, column), lastingName(), progress);
            PrintWriter printer = Objects.requireNonNull(spec).commandLine().getOut();
            printer.printf(
                    Locale.ROOT,
                    "%,d files new, %,d changed, %,d gone, %,d as before; %,d passages embedded, %,d in the index%n",
                    update.added(),
                    update.changed(),
                    update.removed(),
                    update.unchanged(),
                    update.passages(),
                    opened.size());
            printer.flush();
        }
        return T4j.OK;
    }

    /** A name that means the same model in whatever folder a query is asked. */
    private String lastingName() {
        Path path = Path.of(model);
        return Files.isDirectory(path) ? path.toAbsolutePath().normalize().toString() : model;
    }
}
