package io.transformer4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.transformer4j.checkpoint.CheckpointException;
import io.transformer4j.checkpoint.CheckpointReader;
import io.transformer4j.models.PretrainedModel;
import io.transformer4j.models.TrainableModel;
import io.transformer4j.models.auto.Models;
import io.transformer4j.torch.ComputePool;
import io.transformer4j.torch.Devices;
import io.transformer4j.torch.TensorData;
import io.transformer4j.torch.TensorScope;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Means of weights: over checkpoints, and moving along with a run. */
class AveragingTest {
    private static final TrainingArguments WITHOUT = TinyRun.ARGUMENTS.with(
            a -> a.emaDecay(0).saveSteps(2).saveTotalLimit(0).loadBestModelAtEnd(false));

    @TempDir
    private Path folder;

    @Test
    void theMeanOfCheckpointsIsAModel() throws IOException {
        Path run = folder.resolve("run");
        TinyRun.train(TinyModels.GPT2, WITHOUT, run, new Journal());
        Path mean = folder.resolve("mean");

        List<Path> last = CheckpointAverage.newest(run, 3);
        CheckpointAverage.write(last, mean);

        assertThat(last)
                .extracting(path -> path.getFileName().toString())
                .containsExactly("checkpoint-4", "checkpoint-6", "checkpoint-8");
        List<Map<String, float[]>> weights =
                last.stream().map(AveragingTest::weights).toList();
        weights(mean).forEach((name, values) -> {
            for (int i = 0; i < values.length; i++) {
                int at = i;
                double expected = weights.stream()
                        .mapToDouble(each -> each.get(name)[at])
                        .average()
                        .orElseThrow();
                assertThat((double) values[i]).as(name).isCloseTo(expected, within(1e-7));
            }
        });
        assertThat(mean.resolve("optimizer.safetensors")).doesNotExist();
        try (PretrainedModel model = Models.load(mean, Devices.cpu())) {
            assertThat(model.architecture()).isEqualTo("GPT2LMHeadModel");
        }
        assertThatThrownBy(() -> CheckpointAverage.write(last, mean))
                .isInstanceOf(CheckpointException.class)
                .hasMessage(mean + ": is not empty: choose another output folder");
        assertThatThrownBy(() -> CheckpointAverage.newest(run, 9))
                .hasMessage(run + ": has 4 complete checkpoints, but 9 are to be averaged");
    }

    @Test
    void checkpointsOfDifferentModelsHaveNoMean() {
        Path gpt2 = folder.resolve("gpt2");
        Path bert = folder.resolve("bert");
        try (TrainableModel one = TinyModels.GPT2.withWeights(0);
                TrainableModel other = TinyModels.BERT.withWeights(0)) {
            Models.save(one, gpt2);
            Models.save(other, bert);
        }
        Path mean = folder.resolve("mean");
        assertThatThrownBy(() -> CheckpointAverage.write(List.of(gpt2, bert), mean))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith(bert.resolve("model.safetensors") + ": has no tensor transformer.")
                .hasMessageEndingWith("unlike " + gpt2.resolve("model.safetensors") + ": they aren't of one model");
        assertThat(mean).doesNotExist();
    }

    /** The average of a run equals the one computed from the weights after each of its steps. */
    @Test
    void theMovingAverageFollowsTheWeights() {
        Path plain = folder.resolve("plain");
        TinyRun.train(TinyModels.GPT2, WITHOUT.with(a -> a.saveSteps(1)), plain, new Journal());
        Path averaged = folder.resolve("averaged");
        TrainingArguments arguments = WITHOUT.with(a -> a.saveSteps(1).emaDecay(0.3));
        TinyRun.train(TinyModels.GPT2, arguments, averaged, new Journal());

        Map<String, float[]> expected;
        try (TrainableModel first = TinyModels.GPT2.withWeights(0.1)) {
            Path start = folder.resolve("start");
            Models.save(first, start);
            expected = weights(start);
        }
        for (int step = 1; step <= arguments.maxSteps(); step++) {
            double decay = Math.min(0.3, (1.0 + step) / (10 + step));
            weights(plain.resolve("checkpoint-" + step)).forEach((name, values) -> {
                float[] average = expected.get(name);
                for (int i = 0; i < values.length; i++) {
                    average[i] = (float) (decay * average[i] + (1 - decay) * values[i]);
                }
            });
        }
        weights(averaged)
                .forEach((name, values) -> assertThat(values).containsExactly(expected.get(name), within(1e-6f)));
    }

    @Test
    void evaluatingAfterTheRunLeavesTheModelItsAverages() {
        TrainingArguments arguments = WITHOUT.with(a -> a.emaDecay(0.9));
        try (ComputePool pool = new ComputePool(1);
                TrainableModel model = TinyModels.GPT2.withWeights(0.1);
                Trainer trainer =
                        TinyRun.trainer(TinyModels.GPT2, model, arguments, pool).build()) {
            trainer.train();
            assertThat(trainer.evaluate()).isEqualTo(trainer.evaluate());
        }
    }

    @Test
    void aRunWithoutAverageCannotGoOnWithOne() {
        TinyRun.train(TinyModels.GPT2, WITHOUT, folder, new Journal());
        TrainingArguments longer = WITHOUT.with(a -> a.maxSteps(20).emaDecay(0.5));
        assertThatThrownBy(() -> TinyRun.train(TinyModels.GPT2, longer, folder, new Journal()))
                .isInstanceOf(TrainingException.class)
                .hasMessageContaining("belongs to a run without a moving average of the weights (emaDecay)");
    }

    @Test
    void anotherMetricThanTheLossMayDecide() {
        double[] scores = {1, 5, 3};
        TrainingArguments arguments = WITHOUT.with(a -> a.maxSteps(20)
                .evalSteps(2)
                .metricForBestModel("bleu")
                .greaterIsBetter(true)
                .earlyStoppingPatience(2));
        TrainerState end = evaluated(arguments, scores);
        assertThat(end.globalStep()).isEqualTo(8);
        assertThat(end.bestStep()).isEqualTo(4);
        assertThat(end.bestMetric()).isEqualTo(5);
        assertThatThrownBy(() -> evaluated(arguments.withMetricForBestModel("chrf2"), scores))
                .hasMessage(
                        "metricForBestModel is chrf2, but the evaluation has only accuracy, bleu, loss, perplexity");
    }

    private static TrainerState evaluated(TrainingArguments arguments, double[] scores) {
        int[] next = {0};
        try (ComputePool pool = new ComputePool(1);
                TrainableModel model = TinyModels.GPT2.withWeights(0.1);
                Trainer trainer = TinyRun.trainer(TinyModels.GPT2, model, arguments, pool)
                        .evaluator(wanted -> {
                            assertThat(model.isTraining()).isFalse();
                            return Map.of("bleu", scores[Math.min(next[0]++, scores.length - 1)]);
                        })
                        .build()) {
            return trainer.train();
        }
    }

    private static Map<String, float[]> weights(Path checkpoint) {
        Map<String, float[]> weights = new HashMap<>();
        try (CheckpointReader reader = CheckpointReader.open(checkpoint);
                TensorScope scope = new TensorScope()) {
            reader.names().forEach(name -> weights.put(name, TensorData.floats(reader.tensor(name))));
        }
        return weights;
    }
}
