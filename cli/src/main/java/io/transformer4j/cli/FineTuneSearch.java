package io.transformer4j.cli;

import io.transformer4j.checkpoint.AtomicFiles;
import io.transformer4j.data.labelled.Split;
import io.transformer4j.files.AtomicFile;
import io.transformer4j.finetuning.HyperParameterSearch;
import io.transformer4j.finetuning.HyperParameterSearch.Trial;
import io.transformer4j.finetuning.Task;
import io.transformer4j.finetuning.TrainedModel;
import io.transformer4j.training.TrainingException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.databind.json.JsonMapper;

/**
 * Trains a command's task with different options and judges each by the held-out rows. Leaves {@code search.md} and {@code search.json} in
 * the output folder, and none of the models.
 *
 * @param <R> a row of the task's data
 */
final class FineTuneSearch<R> {
    private static final String EPOCHS = "--epochs";

    private final FineTuneCommand command;
    private final Task<R> task;
    private final Split<R> split;
    private final Path folder;
    private int tried;

    FineTuneSearch(FineTuneCommand command, Task<R> task, Split<R> split, Path folder) {
        if (split.heldOut().isEmpty()) {
            throw new IllegalArgumentException(
                    "--search judges by validation data: give --validation or --validation-fraction");
        }
        this.command = command;
        this.task = task;
        this.split = split;
        this.folder = folder;
    }

    /** The best options by their names. */
    Map<String, String> run() throws IOException {
        HyperParameterSearch grid = command.search.grid(command.spec());
        // A value that can't be is found now, not after hours.
        grid.grid().forEach((name, values) -> values.forEach(value -> command.variant(Map.of(name, value))));
        int epochs = command.tuning.epochs();
        List<Trial> trials = switch (command.search.method()) {
            case RANDOM -> grid.random(command.search.trials(), epochs, command.seed(), this::score);
            case HALVING -> grid.successiveHalving(command.search.trials(), 1, epochs, command.seed(), this::score);
        };
        AtomicFile.writeString(folder.resolve("search.md"), markdown(trials));
        AtomicFile.writeString(
                folder.resolve("search.json"),
                JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(trials));
        PrintWriter printer = command.spec().commandLine().getOut();
        printer.print(markdown(trials));
        printer.flush();
        if (Double.isNaN(trials.get(0).score())) {
            throw new IllegalStateException("no trial of the search gave a score: choose other values");
        }
        return trials.get(0).settings();
    }

    private double score(Map<String, String> settings, int epochs) {
        Map<String, String> options = new LinkedHashMap<>(settings);
        options.put(EPOCHS, Integer.toString(epochs));
        Path trial = folder.resolve(String.format(Locale.ROOT, "trial-%02d", ++tried));
        PrintWriter printer = command.spec().commandLine().getOut();
        printer.println("trial " + tried + ": " + text(settings));
        try {
            TrainedModel trained = command.variant(options).train(task, split, command.seed(), trial, folder);
            Double loss = trained.state().bestMetric();
            return task.judgesTrainingRows()
                    ? task.evaluate(trained.folder(), split.heldOut(), command.pipeline())
                            .mainValue()
                    : loss == null ? Double.NaN : -loss;
        } catch (TrainingException e) {
            printer.println("trial " + tried + " failed: " + e.getMessage());
            return Double.NaN;
        } finally {
            AtomicFiles.deleteFolder(trial);
        }
    }

    private static String text(Map<String, String> settings) {
        return settings.entrySet().stream()
                .map(setting -> setting.getKey().substring(2) + " " + setting.getValue())
                .collect(Collectors.joining(", "));
    }

    private static String markdown(List<Trial> trials) {
        List<String> names = List.copyOf(trials.get(0).settings().keySet());
        StringBuilder table = new StringBuilder("|");
        names.forEach(name -> table.append(' ').append(name.substring(2)).append(" |"));
        table.append(" epochs | score |\n|")
                .append(" --- |".repeat(names.size()))
                .append(" ---: | ---: |\n");
        for (Trial trial : trials) {
            table.append('|');
            names.forEach(
                    name -> table.append(' ').append(trial.settings().get(name)).append(" |"));
            table.append(String.format(Locale.ROOT, " %d | %.4f |\n", trial.budget(), trial.score()));
        }
        return table.toString();
    }
}
