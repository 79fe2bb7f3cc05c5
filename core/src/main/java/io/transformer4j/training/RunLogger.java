package io.transformer4j.training;

import io.transformer4j.tracking.Charts;
import io.transformer4j.tracking.JsonLinesWriter;
import io.transformer4j.tracking.RunEnvironment;
import io.transformer4j.tracking.TensorBoardWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Leaves a record of a run in its folder: {@code metrics.jsonl}, TensorBoard events, {@code environment.json}, and the
 * loss curve as {@code loss.png}. A resumed run goes on in the same files.
 */
public final class RunLogger implements TrainerCallback, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RunLogger.class);

    private static final String METRICS_NAME = "metrics.jsonl";

    private final Path folder;
    private final String title;
    private @Nullable JsonLinesWriter metrics;
    private @Nullable TensorBoardWriter events;

    /**
     * A logger.
     *
     * @param title of the chart
     */
    public RunLogger(Path folder, String title) {
        this.folder = folder;
        this.title = title;
    }

    @Override
    public void onTrainBegin(TrainerState state, TrainingArguments arguments) {
        try {
            Files.createDirectories(folder);
            RunEnvironment.capture().write(folder.resolve("environment.json"));
            boolean fresh = state.globalStep() == 0;
            Path file = folder.resolve(METRICS_NAME);
            metrics = fresh ? JsonLinesWriter.create(file) : JsonLinesWriter.resume(file, state.globalStep());
            Path runs = folder.resolve("runs");
            events = fresh ? TensorBoardWriter.open(runs) : TensorBoardWriter.resume(runs, state.globalStep() + 1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void onLog(TrainerState state, Map<String, Double> values) {
        record(state, "train/", values);
    }

    @Override
    public void onEvaluate(TrainerState state, Map<String, Double> values) {
        record(state, "eval/", values);
    }

    private void record(TrainerState state, String prefix, Map<String, Double> values) {
        try {
            if (metrics != null && events != null) {
                metrics.write(state.globalStep(), values);
                for (Map.Entry<String, Double> value : values.entrySet()) {
                    String name = value.getKey().replaceFirst("^eval_", "");
                    events.scalar(prefix + name, state.globalStep(), value.getValue());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void onTrainEnd(TrainerState state) {
        try {
            Charts.Series training = series("training", "loss");
            if (!training.x().isEmpty()) {
                Charts.loss(folder.resolve("loss.png"), title, "steps", training, series("validation", "eval_loss"));
            }
        } catch (IOException e) { // a picture is not worth a trained model
            LOG.warn("no loss curve was drawn: {}", e.getMessage());
        }
    }

    /** All finite values of a metric, those before a resume included. */
    private Charts.Series series(String name, String metric) throws IOException {
        List<Double> steps = new ArrayList<>();
        List<Double> values = new ArrayList<>();
        for (String line : Files.readAllLines(folder.resolve(METRICS_NAME))) {
            JsonNode entry = JsonMapper.shared().readTree(line);
            if (entry.has(metric) && entry.get(metric).isNumber()) {
                steps.add(entry.get("step").asDouble());
                values.add(entry.get(metric).asDouble());
            }
        }
        return new Charts.Series(name, steps, values);
    }

    @Override
    public void close() {
        try {
            if (metrics != null) {
                metrics.close();
            }
            if (events != null) {
                events.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
