package io.transformer4j.cli;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The real root command with subcommands that show every way of ending. */
final class SampleCli {

    private SampleCli() {}

    /** Entry of child processes. */
    public static void main(String[] args) {
        System.exit(T4j.run(commandLine(), args));
    }

    static CommandLine commandLine() {
        return new CommandLine(new T4j()).addSubcommand(new Train()).addSubcommand(new Fail());
    }

    enum Schedule {
        LINEAR,
        COSINE
    }

    @Command(name = "train", description = "Prints what it was given.")
    static final class Train implements Callable<Integer> {
        @Mixin
        final ConfigOptions config = new ConfigOptions();

        @Option(names = "--data", required = true, split = ",", description = "Files.")
        private List<Path> data = List.of();

        @Option(names = "--max-steps", description = "Number of optimizer steps.")
        private int maxSteps = 100;

        @Option(names = "--learning-rate", defaultValue = "5e-4", description = "Peak learning rate.")
        private double learningRate;

        @Option(names = "--lr-schedule", defaultValue = "LINEAR", description = "Shape after warm-up.")
        private Schedule schedule = Schedule.LINEAR;

        @Option(names = "--shuffle", negatable = true, defaultValue = "true", fallbackValue = "true")
        private boolean shuffle;

        @Option(names = "--whole-word")
        private boolean wholeWord;

        @Option(names = "--run-name")
        private @Nullable String runName;

        @Override
        public Integer call() {
            System.out.printf(
                    "data=%s maxSteps=%d learningRate=%s schedule=%s shuffle=%s wholeWord=%s runName=%s%n",
                    data, maxSteps, learningRate, schedule, shuffle, wholeWord, runName);
            return T4j.OK;
        }
    }

    @Command(name = "fail", description = "Fails as told.")
    static final class Fail implements Callable<Integer> {
        private static final Logger LOG = LoggerFactory.getLogger(Fail.class);

        @Option(names = "--with", required = true)
        private String with = "";

        @Override
        public Integer call() throws Exception {
            LOG.info("about to fail with {}", with);
            LOG.warn("this will fail with {}", with, new IllegalStateException("logged"));
            switch (with) {
                case "argument" -> throw new IllegalArgumentException("hidden_size (7) must be a multiple of 2");
                case "missing-file" -> throw new NoSuchFileException("corpus.txt");
                case "io" -> throw new IOException("disk full");
                case "bug" -> throw new NullPointerException("\"x\" is null");
                case "interrupt" -> throw new InterruptedException();
                case "memory" -> throw new OutOfMemoryError("Java heap space");
                default -> throw new IllegalArgumentException(with);
            }
        }
    }
}
