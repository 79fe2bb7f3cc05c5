package io.transformer4j.cli;

import io.transformer4j.files.AtomicFile;
import io.transformer4j.hub.RepositoryId;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code t4j download}: brings a model into the cache, or into a folder of one's own. */
@Command(
        name = "download",
        description = {
            "Fetch a model into the cache, and print its folder.",
            "Other commands do the same with any id of the hub that they are given. HF_HOME, HF_HUB_CACHE, HF_ENDPOINT,"
                    + " HF_TOKEN and HF_HUB_OFFLINE have their customary meaning."
        },
        footer = {
            "%nExamples:",
            "  t4j download google-bert/bert-base-uncased",
            "  t4j download openai-community/gpt2 --revision v1.0 --to gpt2"
        })
final class DownloadCommand implements Callable<Integer> {
    @Mixin
    final ConfigOptions config = new ConfigOptions();

    @Parameters(paramLabel = "MODEL", description = ModelNames.DESCRIPTION + ".")
    private String model = "";

    @Option(names = "--revision", paramLabel = "NAME", description = "Branch, tag or commit (default: main).")
    private @Nullable String revision;

    @Option(names = "--to", paramLabel = "FOLDER", description = "Copy the files into this folder too.")
    private @Nullable Path to;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Path folder = ModelNames.resolve(
                revision == null
                        ? model
                        : RepositoryId.parse(model).at(revision).toString());
        if (to != null) {
            copy(folder, to);
            folder = to;
        }
        PrintWriter printer = Objects.requireNonNull(spec).commandLine().getOut();
        printer.println(folder);
        printer.flush();
        return T4j.OK;
    }

    private static void copy(Path from, Path to) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(from)) {
            files = all.filter(Files::isRegularFile).toList();
        }
        for (Path file : files) {
            AtomicFile.write(to.resolve(from.relativize(file).toString()), out -> Files.copy(file, out));
        }
    }
}
