package io.transformer4j.cli;

import io.transformer4j.training.TrainerCallback;
import io.transformer4j.training.TrainerState;
import io.transformer4j.training.TrainingArguments;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Shows a training run: a progress bar with the smoothed loss and tokens per second, and a line for each evaluation. */
final class TrainingDisplay implements TrainerCallback, AutoCloseable {
    private static final double SMOOTHING = 0.95;

    private final String task;
    private @Nullable ProgressDisplay progress;
    private double smoothedLoss = Double.NaN;
    private long startTokens;
    private long startNanos;

    TrainingDisplay(String task) {
        this.task = task;
    }

    @Override
    public void onTrainBegin(TrainerState state, TrainingArguments arguments) {
        progress = ProgressDisplay.resume(task, state.globalStep(), arguments.maxSteps());
        startTokens = state.tokens();
        startNanos = System.nanoTime();
    }

    @Override
    public void onStepEnd(TrainerState state, double loss) {
        if (Double.isFinite(loss)) {
            smoothedLoss = Double.isNaN(smoothedLoss) ? loss : SMOOTHING * smoothedLoss + (1 - SMOOTHING) * loss;
        }
        if (progress != null) {
            double seconds = (System.nanoTime() - startNanos) / 1e9;
            progress.update(
                    state.globalStep(),
                    String.format(
                            Locale.ROOT,
                            "loss %.3f, %,.0f tokens/s",
                            smoothedLoss,
                            (state.tokens() - startTokens) / seconds));
        }
    }

    @Override
    public void onEvaluate(TrainerState state, Map<String, Double> metrics) {
        System.err.printf(Locale.ROOT, "%nstep %,d: %s%n", state.globalStep(), describe(metrics));
    }

    @Override
    public void onSave(TrainerState state, Path checkpoint) {
        System.err.printf(Locale.ROOT, "%nsaved %s%n", checkpoint);
    }

    /** Such as {@code held-out loss 3.214, perplexity 24.88, accuracy 38.1 %}. */
    static String describe(Map<String, Double> metrics) {
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "held-out loss %.3f, perplexity %.2f",
                metrics.get("eval_loss"),
                metrics.get("eval_perplexity")));
        metrics.forEach((name, value) -> {
            if (name.endsWith("accuracy")) {
                text.append(String.format(
                        Locale.ROOT, ", %s %.1f %%", name.replace("eval_", "").replace('_', ' '), 100 * value));
            }
        });
        return text.toString();
    }

    @Override
    public void close() {
        if (progress != null) {
            progress.close();
        }
    }
}
