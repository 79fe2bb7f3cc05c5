package io.transformer4j.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.transformer4j.checkpoint.Manifest;
import io.transformer4j.models.TrainableModel;
import io.transformer4j.torch.ComputePool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A run of a {@linkplain TinyModels tiny model} in a folder, always of the same data and on one thread. */
final class TinyRun {
    /** With everything that has state: accumulation, warm-up, averages, evaluation, the best checkpoint. */
    static final TrainingArguments ARGUMENTS = TrainingArguments.DEFAULTS.with(a -> a.maxSteps(8)
            .batchSize(3)
            .gradientAccumulationSteps(2)
            .learningRate(1e-2)
            .warmupSteps(2)
            .emaDecay(0.9)
            .loggingSteps(3)
            .evalSteps(4)
            .saveSteps(5)
            .saveTotalLimit(2)
            .loadBestModelAtEnd(true));

    /** Examples in an epoch: fewer than a run consumes, and no multiple of the batch size. */
    static final int EXAMPLES = 20;

    private TinyRun() {}

    /** A trainer but for its callbacks. */
    static Trainer.Builder trainer(
            TinyModels kind, TrainableModel model, TrainingArguments arguments, ComputePool pool) {
        return Trainer.builder(model, arguments)
                .trainData(kind.data(EXAMPLES, 1), kind.collator(arguments.seed()))
                .evalData(kind.data(7, 1000), kind.collator(arguments.seed()))
                .pool(pool);
    }

    /** Trains from the newest checkpoint of {@code folder}, if there is one, to the end. */
    static TrainerState train(TinyModels kind, TrainingArguments arguments, Path folder, TrainerCallback callback) {
        try (ComputePool pool = new ComputePool(1);
                TrainableModel model = kind.withWeights(0.1);
                Trainer trainer = trainer(kind, model, arguments, pool)
                        .outputFolder(folder)
                        .callback(callback)
                        .build()) {
            trainer.resume();
            return trainer.train();
        }
    }

    /** Asserts that both runs ended with the same weights, moments and state, to the last bit. */
    static void assertSameEnd(Path expected, Path actual, long step) throws IOException {
        for (String name : new String[] {
            "model.safetensors",
            "checkpoint-" + step + "/optimizer.safetensors",
            "checkpoint-" + step + "/trained_weights.safetensors"
        }) {
            assertThat(Files.mismatch(actual.resolve(name), expected.resolve(name)))
                    .as("first different byte of " + name)
                    .isEqualTo(-1);
        }
        Path checkpoint = actual.resolve("checkpoint-" + step);
        assertThat(Manifest.verify(checkpoint)).isInstanceOf(Manifest.Complete.class);
        assertThat(stateWithoutTime(checkpoint)).isEqualTo(stateWithoutTime(expected.resolve("checkpoint-" + step)));
    }

    private static String stateWithoutTime(Path checkpoint) throws IOException {
        return Files.readString(checkpoint.resolve("trainer_state.json"))
                .replaceFirst("\"train_?[sS]econds\" *: *[0-9.Ee-]+", "");
    }
}
