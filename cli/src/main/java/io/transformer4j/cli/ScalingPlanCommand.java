package io.transformer4j.cli;

import io.transformer4j.files.AtomicFile;
import io.transformer4j.scaling.Budget;
import io.transformer4j.scaling.FittedLaw;
import io.transformer4j.scaling.Planner;
import io.transformer4j.scaling.ScalingCharts;
import io.transformer4j.scaling.TrainingPlan;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code t4j scaling plan}: what to train for a budget. */
@Command(
        name = "plan",
        description = {
            "Plan a training: model, data, steps and the loss to expect.",
            "The budget is one of --flops, --gpu-hours, --tokens and --params: the rest is chosen for the lowest loss.",
            "Two of compute, tokens and parameters leave nothing to choose: the plan says what to expect of that training."
        })
final class ScalingPlanCommand implements Callable<Integer> {

    @Mixin
    final ConfigOptions config = new ConfigOptions();

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--flops", paramLabel = "C", description = "Training compute, e.g. 1e21.")
    private @Nullable Double flops;

    @Option(
            names = "--gpu-hours",
            paramLabel = "HOURS@RATETFLOPs",
            description = "Hours of devices and what each sustains in training, e.g. 1000@150TFLOPs.")
    private @Nullable String gpuHours;

    @Option(names = "--tokens", paramLabel = "D", description = "Training tokens at hand, e.g. 2e10.")
    private @Nullable Double tokens;

    @Option(names = "--params", paramLabel = "N", description = "Model size, e.g. 1.5e9.")
    private @Nullable Double parameters;

    @Option(
            names = "--law",
            paramLabel = "law.json",
            description = "Law of 't4j scaling fit' (default: of the Chinchilla runs).")
    private @Nullable Path law;

    @Option(names = "--served-tokens", description = "Tokens the model will read and write in use.")
    private @Nullable Double servedTokens;

    @Option(names = "--vocab-size", description = "Tokens of the vocabulary (default: ${DEFAULT-VALUE}).")
    private long vocabSize = 50_257;

    @Option(names = "--context-length", description = "Tokens of a training sequence (default: ${DEFAULT-VALUE}).")
    private int contextLength = 1024;

    @Option(names = "--batch-tokens", description = "Tokens of a step (default: chosen by the compute).")
    private @Nullable Long batchTokens;

    @Option(names = "--level", description = "Level of the intervals (default: ${DEFAULT-VALUE}).")
    private double level = 0.95;

    @Option(names = "--json", description = "Print the plan as JSON instead of a table.")
    private boolean json;

    @Option(names = "--output", description = "Folder to write plan.json and plan.png to.")
    private @Nullable Path output;

    @Override
    public Integer call() throws IOException {
        CommandSpec command = Objects.requireNonNull(spec, "run by picocli");
        Budget budget = budget(command);
        FittedLaw fitted = law == null ? FittedLaw.chinchilla() : FittedLaw.read(law);
        Planner.Settings settings = settings(command);
        if (output != null) {
            OutputFolder.check(output);
        }
        TrainingPlan plan = new Planner(fitted, settings).plan(budget);
        if (output != null) {
            AtomicFile.writeString(output.resolve("plan.json"), plan.toJson() + "\n");
            ScalingCharts.plan(output.resolve("plan.png"), "Plan for " + budget, fitted.law(), plan);
        }
        PrintWriter out = command.commandLine().getOut();
        out.print(json ? plan.toJson() + System.lineSeparator() : ScalingText.plan(plan));
        out.flush();
        return T4j.OK;
    }

    private Planner.Settings settings(CommandSpec command) {
        try {
            return new Planner.Settings(vocabSize, contextLength, batchTokens, servedTokens, level);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), e.getMessage(), e);
        }
    }

    private Budget budget(CommandSpec command) {
        if (flops != null && gpuHours != null) {
            throw new ParameterException(
                    command.commandLine(), "--flops and --gpu-hours exclude each other: both are the compute");
        }
        long given = Stream.of(flops, gpuHours, tokens, parameters)
                .filter(Objects::nonNull)
                .count();
        if (given < 1 || given > 2) {
            throw new ParameterException(
                    command.commandLine(),
                    "one or two of the compute (--flops or --gpu-hours), --tokens and --params are needed, not %d"
                            .formatted(given));
        }
        try {
            Budget.@Nullable Flops compute = compute();
            if (given == 2) {
                return modelAndTokens(compute);
            }
            if (compute != null) {
                return compute;
            }
            return tokens != null
                    ? new Budget.Tokens(tokens)
                    : new Budget.Parameters(Objects.requireNonNull(parameters, "the only one left"));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), e.getMessage(), e);
        }
    }

    private Budget.@Nullable Flops compute() {
        if (flops != null) {
            return new Budget.Flops(flops);
        }
        return gpuHours == null ? null : Budget.ofGpuHours(gpuHours);
    }

    /** Two of the three numbers of C = 6ND are given, so no choice is left. */
    private Budget modelAndTokens(Budget.@Nullable Flops compute) {
        if (compute == null) {
            return new Budget.ModelAndTokens(Objects.requireNonNull(parameters), Objects.requireNonNull(tokens));
        }
        return parameters != null
                ? compute.forParameters(parameters)
                : compute.forTokens(Objects.requireNonNull(tokens, "the only one left"));
    }
}
