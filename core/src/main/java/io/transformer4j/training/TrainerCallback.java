package io.transformer4j.training;

import java.nio.file.Path;
import java.util.Map;

/**
 * Told what happens in a run, on the thread that trains; only {@link #onSave} may come from a thread that called {@link
 * Trainer#stop}. All methods do nothing by default.
 */
public interface TrainerCallback {
    /** The run starts or goes on at {@code state}. */
    default void onTrainBegin(TrainerState state, TrainingArguments arguments) {}

    /**
     * A step ended.
     *
     * @param loss mean loss of this step's batch; not finite if the step was skipped for it
     */
    default void onStepEnd(TrainerState state, double loss) {}

    /** As {@link #onStepEnd}, which it follows: when the step's parts ended. */
    default void onStepTimed(TrainerState state, StepTimes times) {}

    /** Means since the last log: {@code loss}, {@code grad_norm}, {@code learning_rate}, {@code tokens_per_second} … */
    default void onLog(TrainerState state, Map<String, Double> metrics) {}

    /** An evaluation ended: {@code eval_loss} and more. */
    default void onEvaluate(TrainerState state, Map<String, Double> metrics) {}

    /** A checkpoint is complete. */
    default void onSave(TrainerState state, Path checkpoint) {}

    /** The run ended normally. */
    default void onTrainEnd(TrainerState state) {}
}
