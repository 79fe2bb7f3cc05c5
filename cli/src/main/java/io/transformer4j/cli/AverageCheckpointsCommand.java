package io.transformer4j.cli;

import io.transformer4j.training.CheckpointAverage;
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
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code t4j average-checkpoints}: the mean of several checkpoints as a model of its own. */
@Command(
        name = "average-checkpoints",
        description =
                "Make a model of the mean weights of several checkpoints, which often is better than any of them.",
        footer = {
            "%nExamples:",
            "  t4j average-checkpoints run --last 5 --out averaged",
            "  t4j average-checkpoints run/checkpoint-8000 run/checkpoint-9000 --out averaged"
        })
final class AverageCheckpointsCommand implements Callable<Integer> {
    @Mixin
    final ConfigOptions config = new ConfigOptions();

    @Parameters(arity = "1..*", paramLabel = "FOLDER", description = "Checkpoints; or with --last, the run's folder.")
    private List<Path> folders = new ArrayList<>();

    @Option(names = "--last", paramLabel = "N", description = "Take the newest N checkpoints of a run.")
    private @Nullable Integer last;

    @Option(names = "--out", required = true, paramLabel = "FOLDER", description = "Where the model goes.")
    private @Nullable Path out;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        Path target = Objects.requireNonNull(out);
        List<Path> checkpoints = checkpoints();
        CheckpointAverage.write(checkpoints, target);
        PrintWriter printer = Objects.requireNonNull(spec).commandLine().getOut();
        printer.printf(Locale.ROOT, "the mean of %d checkpoints is in %s%n", checkpoints.size(), target);
        printer.flush();
        return T4j.OK;
    }

    private List<Path> checkpoints() {
        if (last == null) {
            return folders;
        }
        if (last < 1 || folders.size() != 1) {
            throw new ParameterException(
                    Objects.requireNonNull(spec).commandLine(),
                    "--last needs a number of at least 1 and the folder of one run");
        }
        return CheckpointAverage.newest(folders.get(0), last);
    }
}
