package io.transformer4j.profiling;

import io.transformer4j.data.DataCollator;
import io.transformer4j.models.TrainableModel;
import io.transformer4j.torch.ComputePool;
import io.transformer4j.training.Trainer;
import io.transformer4j.training.TrainingArguments;
import java.util.ArrayList;
import java.util.List;

/** Profiles a model by training it for some steps on random tokens. The model's weights change. */
public final class Profiler {
    private Profiler() {}

    /**
     * Trains and observes.
     *
     * @param model with weights, on the CPU
     * @param pool whose workers share each batch
     * @param peak of one worker
     * @throws IllegalArgumentException if there are fewer sequences than workers, or they are longer than the model takes
     */
    public static StepProfile profile(
            TrainableModel model, int batchSize, int length, int steps, ComputePool pool, MachinePeak peak) {
        int longest = model.config().maxInputLength();
        if (length < 1 || length > longest) {
            throw new IllegalArgumentException(
                    "the length must be from 1 to the model's %d positions, but is %d".formatted(longest, length));
        }
        if (batchSize < pool.workers()) {
            throw new IllegalArgumentException("a batch of %d can't be shared by %d workers: use fewer threads"
                    .formatted(batchSize, pool.workers()));
        }
        if (!model.device().is_cpu()) {
            throw new IllegalArgumentException(
                    "profiles are measured on the CPU only: a GPU's operators end later than" + " their calls");
        }
        ProfilingCallback.Settings settings =
                new ProfilingCallback.Settings(pool.workers(), batchSize, length, 2, steps);
        List<StepProfile> profiles = new ArrayList<>();
        TrainingArguments arguments = TrainingArguments.DEFAULTS.with(
                a -> a.maxSteps(settings.totalSteps()).batchSize(batchSize).learningRate(1e-5));
        try (Trainer trainer = Trainer.builder(model, arguments)
                .pool(pool)
                .trainData(new SyntheticBatches(model, length, arguments.seed()), DataCollator.DEFAULT)
                .callback(new ProfilingCallback(model, settings, peak, profiles::add))
                .build()) {
            trainer.train();
        }
        return profiles.get(0);
    }

    /**
     * Operations of a step by formula, to compare with those that were counted while it ran. Of the last layer of a masked-language model,
     * only keys and values are computed for tokens without a label.
     */
    public static double formulaFlops(TrainableModel model, int batchSize, int length) {
        TransformerShape shape = TransformerShape.of(model.config());
        int labelled = SyntheticBatches.labelled(model, length);
        double all = shape.forwardFlops(batchSize, length, length, labelled);
        double queriesAndOutput = 4.0 * shape.hiddenSize() * shape.heads() * shape.headSize();
        double spared = queriesAndOutput + shape.scoreFlops(length) + shape.feedForwardFlops();
        return 3 * (all - (double) batchSize * (length - labelled) * spared);
    }
}
