package io.transformer4j.cli;

import io.transformer4j.corpus.MethodSummaries;
import io.transformer4j.corpus.MethodSummaries.Pair;
import io.transformer4j.corpus.SimilarTexts;
import io.transformer4j.files.AtomicFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/** {@code t4j mine-summaries}: Java methods and the first sentence of their Javadoc, as pairs for {@code train-seq2seq}. */
@Command(
        name = "mine-summaries",
        description = {
            "Gather Java methods and the first sentence of their Javadoc from -sources jars.",
            "Without --jars, those of well-known libraries are fetched with Maven. Identifiers are split into their words"
                    + " (getUserName: get user name). Writes train.jsonl, validation.jsonl and"
                    + " test.jsonl, which share no project; and of the test methods, line by line: test.source.txt,"
                    + " test.target.txt, and two baselines, test.name.txt (the method's name in words) and test.similar.txt (the"
                    + " summary of the training method that is most like it)."
        },
        footer = {
            "%nExamples:",
            "  t4j mine-summaries --out summaries",
            "  t4j train-seq2seq --pairs summaries/train.jsonl --valid-pairs summaries/validation.jsonl --out summarizer",
            "  t4j summarize summarizer --file summaries/test.source.txt --out test.out",
            "  t4j evaluate --metric rouge --hypotheses test.out --references summaries/test.target.txt"
        })
final class MineSummariesCommand implements Callable<Integer> {
    @Mixin
    final ConfigOptions config = new ConfigOptions();

    @Option(names = "--jars", paramLabel = "FOLDER", description = "Folder with -sources jars to take instead.")
    private @Nullable Path jars;

    @Option(names = "--out", required = true, paramLabel = "FOLDER", description = "Where the files go.")
    private @Nullable Path out;

    @Option(
            names = "--validation-projects",
            split = ",",
            paramLabel = "NAME",
            defaultValue = "jfreechart,reactor-core",
            description = "Jars without version whose methods are to validate with (default: ${DEFAULT-VALUE}).")
    private Set<String> validationProjects = new TreeSet<>();

    @Option(
            names = "--test-projects",
            split = ",",
            paramLabel = "NAME",
            defaultValue = "jgrapht-core,joda-time,pdfbox",
            description = "Jars without version whose methods are to test with (default: ${DEFAULT-VALUE}).")
    private Set<String> testProjects = new TreeSet<>();

    @Spec
    private @Nullable CommandSpec spec;

    private enum Part {
        TRAIN,
        VALIDATION,
        TEST
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        CommandSpec command = Objects.requireNonNull(spec);
        Path folder = Objects.requireNonNull(out);
        Files.createDirectories(folder);
        List<Path> found = jars == null ? SourceJarFiles.forSummaries(folder.resolve("jars")) : SourceJarFiles.in(jars);
        List<Pair> pairs;
        try (ProgressDisplay progress = ProgressDisplay.start("reading methods", -1)) {
            pairs = MethodSummaries.of(found).read(progress);
        }
        Map<Part, List<Pair>> parts = pairs.stream().collect(Collectors.groupingBy(this::part));
        for (Part part : Part.values()) {
            if (!parts.containsKey(part)) {
                throw new ParameterException(
                        command.commandLine(),
                        "no method is left for " + part.name().toLowerCase(Locale.ROOT) + ": the projects are "
                                + pairs.stream().map(Pair::project).collect(Collectors.toCollection(TreeSet::new)));
            }
        }
        PrintWriter printer = command.commandLine().getOut();
        for (Part part : Part.values()) {
            List<Pair> own = parts.get(part);
            write(folder.resolve(part.name().toLowerCase(Locale.ROOT) + ".jsonl"), own, MineSummariesCommand::json);
            printer.printf(
                    Locale.ROOT,
                    "%-10s %,8d methods of %d projects%n",
                    part.name().toLowerCase(Locale.ROOT),
                    own.size(),
                    own.stream().map(Pair::project).distinct().count());
        }
        writeTest(folder, parts.get(Part.TRAIN), parts.get(Part.TEST));
        printer.flush();
        return T4j.OK;
    }

    private Part part(Pair pair) {
        return testProjects.contains(pair.project())
                ? Part.TEST
                : validationProjects.contains(pair.project()) ? Part.VALIDATION : Part.TRAIN;
    }

    private static void writeTest(Path folder, List<Pair> train, List<Pair> test) throws IOException {
        write(folder.resolve("test.source.txt"), test, Pair::method);
        write(folder.resolve("test.target.txt"), test, Pair::summary);
        write(folder.resolve("test.name.txt"), test, Pair::nameInWords);
        SimilarTexts known = new SimilarTexts(train.stream().map(Pair::method).toList());
        write(
                folder.resolve("test.similar.txt"),
                test,
                pair -> train.get(known.mostSimilarTo(pair.method())).summary());
    }

    private static void write(Path file, List<Pair> pairs, Function<Pair, String> line) throws IOException {
        List<String> lines = pairs.parallelStream().map(line).toList();
        AtomicFile.writeString(file, String.join("\n", lines) + "\n");
    }

    private static String json(Pair pair) {
        Map<String, String> record = new LinkedHashMap<>();
        record.put("source", pair.method());
        record.put("target", pair.summary());
        record.put("project", pair.project());
        record.put("name", pair.name());
        return JsonMapper.shared().writeValueAsString(record);
    }
}
