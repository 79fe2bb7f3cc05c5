package io.transformer4j.cli;

import io.transformer4j.files.AtomicFile;
import io.transformer4j.scaling.Bootstrap;
import io.transformer4j.scaling.Holdout;
import io.transformer4j.scaling.IsoFlopProfiles;
import io.transformer4j.scaling.Observation;
import io.transformer4j.scaling.ParameterCount;
import io.transformer4j.scaling.ParametricFit;
import io.transformer4j.scaling.ResultsTable;
import io.transformer4j.scaling.ResultsTable.Columns;
import io.transformer4j.scaling.ScalingCharts;
import io.transformer4j.scaling.ScalingFit;
import io.transformer4j.scaling.TrainingCurve;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
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

/** {@code t4j scaling fit}: laws from a table of runs. */
@Command(
        name = "fit",
        description = {
            "Fit scaling laws to a table of training runs.",
            "Writes law.json (for 't4j scaling plan'), fit.json, isoloss.png, residuals.png and, where the runs allow it, isoflop.png."
        })
final class ScalingFitCommand implements Callable<Integer> {

    @Parameters(paramLabel = "RESULTS.csv", description = "Table of finished runs, one a line.")
    private @Nullable Path results;

    @Mixin
    final ConfigOptions config = new ConfigOptions();

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--output", description = "Folder of the results (default: ${DEFAULT-VALUE}).")
    private Path output = Path.of("scaling-fit");

    @Option(
            names = "--curves",
            description = "Table of training curves: points of one run share a name. For approach 1.")
    private @Nullable Path curves;

    @Option(
            names = "--parameter-count",
            description = "What N counts: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private ParameterCount parameterCount = ParameterCount.TOTAL;

    @Option(names = "--parameters-column", description = "Column of N, in a table of others.")
    private @Nullable String parametersColumn;

    @Option(names = "--tokens-column", description = "Column of D, in a table of others.")
    private @Nullable String tokensColumn;

    @Option(names = "--compute-column", description = "Column of C in FLOPs, for tables without tokens: D = C/6N.")
    private @Nullable String computeColumn;

    @Option(names = "--loss-column", description = "Column of the loss in nats per token.")
    private @Nullable String lossColumn;

    @Option(names = "--drop-highest", description = "Leave out that many runs, those with the highest losses.")
    private int dropHighest;

    @Option(names = "--delta", description = "Delta of the Huber loss on ln L (default: ${DEFAULT-VALUE}).")
    private double delta = ParametricFit.DELTA;

    @Option(names = "--resamples", description = "Bootstrap resamples (default: ${DEFAULT-VALUE}).")
    private int resamples = 4000;

    @Option(names = "--level", description = "Level of the intervals (default: ${DEFAULT-VALUE}).")
    private double level = 0.95;

    @Option(
            names = "--hold-out",
            description =
                    "Part of the runs to predict from the others, those with the most compute (default: ${DEFAULT-VALUE}).")
    private double holdOut = 0.1;

    @Option(names = "--seed", description = "Seed of the bootstrap (default: ${DEFAULT-VALUE}).")
    private long seed = 42;

    @Option(names = "--threads", description = "Threads (default: as many as there are processors).")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Override
    public Integer call() throws IOException {
        CommandSpec command = Objects.requireNonNull(spec, "run by picocli");
        Path table = Objects.requireNonNull(results, "required");
        OutputFolder.check(output);
        ScalingFit.Options options = options(command);
        Columns columns = columns(command);
        List<Observation> runs = withoutHighest(command, ResultsTable.observations(table, columns));
        List<TrainingCurve> training = curves == null ? List.of() : ResultsTable.curves(curves, columns);
        ScalingFit fit;
        try (ProgressDisplay progress = ProgressDisplay.start("Fitting", 0)) {
            fit = ScalingFit.of(runs, training, options, progress);
        }
        write(table, runs, fit);
        PrintWriter out = command.commandLine().getOut();
        out.print(ScalingText.fit(fit));
        out.printf("%nWritten to %s%n", output);
        out.flush();
        return T4j.OK;
    }

    private ScalingFit.Options options(CommandSpec command) {
        try {
            return new ScalingFit.Options(
                    parameterCount, delta, level, holdOut, new Bootstrap(resamples, seed, threads));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), e.getMessage(), e);
        }
    }

    private Columns columns(CommandSpec command) {
        Columns standard = Columns.standard(parameterCount);
        if (tokensColumn != null && computeColumn != null) {
            throw new ParameterException(
                    command.commandLine(),
                    "--tokens-column and --compute-column exclude each other: D comes from one of them");
        }
        return new Columns(
                Objects.requireNonNullElse(parametersColumn, standard.parameters()),
                computeColumn != null ? null : Objects.requireNonNullElse(tokensColumn, "tokens"),
                computeColumn,
                Objects.requireNonNullElse(lossColumn, standard.loss()),
                standard.run());
    }

    private List<Observation> withoutHighest(CommandSpec command, List<Observation> runs) {
        if (dropHighest < 0 || dropHighest > runs.size()) {
            throw new ParameterException(
                    command.commandLine(),
                    "--drop-highest %d must lie between 0 and the number of runs, %d"
                            .formatted(dropHighest, runs.size()));
        }
        return runs.stream()
                .sorted(Comparator.comparingDouble(Observation::loss))
                .limit(runs.size() - dropHighest)
                .toList();
    }

    private void write(Path table, List<Observation> runs, ScalingFit fit) throws IOException {
        String source = "%s (%d runs)".formatted(table.getFileName(), runs.size());
        fit.fittedLaw(source, runs).write(output.resolve("law.json"));
        AtomicFile.writeString(output.resolve("fit.json"), fit.toJson() + "\n");
        ScalingCharts.isoloss(
                output.resolve("isoloss.png"),
                "Predicted loss and efficient frontier",
                fit.parametric().law(),
                runs);
        Holdout holdout = fit.holdout().value();
        double limit = holdout == null ? Double.POSITIVE_INFINITY : holdout.minCompute();
        ScalingCharts.residuals(
                output.resolve("residuals.png"),
                holdout == null ? "Residuals of the law" : "Residuals of the law fitted without the largest runs",
                holdout == null ? fit.parametric().law() : holdout.law(),
                runs.stream().filter(run -> run.compute() < limit).toList(),
                runs.stream().filter(run -> run.compute() >= limit).toList());
        IsoFlopProfiles.Result profiles = fit.isoFlop().value();
        if (profiles != null) {
            ScalingCharts.isoFlop(output.resolve("isoflop.png"), "IsoFLOP profiles", profiles);
        }
    }
}
