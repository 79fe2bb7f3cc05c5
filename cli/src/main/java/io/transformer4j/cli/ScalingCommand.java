package io.transformer4j.cli;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code t4j scaling}: which model and how much data for the compute at hand. */
@Command(
        name = "scaling",
        description = "Train a sweep of small models, fit scaling laws to it, and plan a training with them.",
        subcommands = {ScalingRunCommand.class, ScalingFitCommand.class, ScalingPlanCommand.class})
final class ScalingCommand implements Runnable {

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public void run() {
        CommandLine commandLine = Objects.requireNonNull(spec, "run by picocli").commandLine();
        commandLine.usage(commandLine.getOut());
    }
}
