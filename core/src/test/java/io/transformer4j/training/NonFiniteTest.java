package io.transformer4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.transformer4j.checkpoint.Manifest;
import io.transformer4j.models.TrainableModel;
import io.transformer4j.torch.ComputePool;
import io.transformer4j.torch.TensorScope;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Losses and gradients that aren't finite. */
class NonFiniteTest {
    private static final TrainingArguments ARGUMENTS = TinyRun.ARGUMENTS.with(
            a -> a.gradientAccumulationSteps(1).maxSteps(12).loggingSteps(100).maxSkippedSteps(3));

    @TempDir
    private Path folder;

    /** NaN and infinity in the loss; a finite loss whose gradient is infinite. */
    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, 1e38})
    void skippedStepsChangeNothing(double factor) {
        Set<Integer> bad = Set.of(3, 4, 8);
        List<float[]> weights = new ArrayList<>();
        List<TrainerState> states = new ArrayList<>();
        try (ComputePool pool = new ComputePool(1);
                TrainableModel model = SteeredModel.byTrainingCall(
                        call -> bad.contains(call) ? loss -> spoiled(loss, factor) : UnaryOperator.identity());
                Trainer trainer = TinyRun.trainer(TinyModels.GPT2, model, ARGUMENTS, pool)
                        .callback(new TrainerCallback() {
                            @Override
                            public void onStepEnd(TrainerState state, double loss) {
                                weights.add(weights(model));
                                states.add(state);
                            }
                        })
                        .build()) {
            TrainerState end = trainer.train();
            assertThat(end.skippedSteps()).isEqualTo(3);
            assertThat(end.optimizerSteps()).isEqualTo(9);
            assertThat(end.skippedInARow()).isZero();
        }
        for (int step = 2; step <= 12; step++) {
            assertThat(Arrays.equals(weights.get(step - 2), weights.get(step - 1)))
                    .as("weights unchanged by step " + step)
                    .isEqualTo(bad.contains(step));
        }
        assertThat(states.get(3).skippedInARow()).isEqualTo(2);
        assertThat(weights.get(11)).doesNotContain(Float.NaN);
    }

    private static Tensor spoiled(Tensor loss, double factor) {
        Scalar scalar = new Scalar(factor);
        return Double.isFinite(factor)
                ? loss.sub(loss.detach()).mul(scalar).mul(scalar) // 0, with an infinite slope
                : loss.mul(scalar);
    }

    private static float[] weights(TrainableModel model) {
        try (TensorScope scope = new TensorScope()) {
            return flat(model.namedParameters().values().stream()
                    .map(parameter -> parameter.tensor().detach().flatten())
                    .map(NonFiniteTest::values));
        }
    }

    private static float[] values(Tensor flat) {
        float[] values = new float[(int) flat.numel()];
        flat.data_ptr_float().get(values);
        return values;
    }

    private static float[] flat(Stream<float[]> parts) {
        List<float[]> list = parts.toList();
        float[] all = new float[list.stream().mapToInt(part -> part.length).sum()];
        int at = 0;
        for (float[] part : list) {
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return all;
    }

    @Test
    void tooManyInARowEndTheRunWithTheLastGoodCheckpoint() throws Exception {
        try (ComputePool pool = new ComputePool(1);
                TrainableModel model = SteeredModel.byTrainingCall(
                        call -> call > 5 ? loss -> spoiled(loss, Double.NaN) : UnaryOperator.identity());
                Trainer trainer = TinyRun.trainer(
                                TinyModels.GPT2,
                                model,
                                ARGUMENTS.with(a -> a.saveSteps(1).saveTotalLimit(2)),
                                pool)
                        .outputFolder(folder)
                        .build()) {
            assertThatThrownBy(trainer::train)
                    .isInstanceOf(TrainingException.class)
                    .hasMessage("3 steps in a row had a loss or gradients that are not finite, the last one step 8:"
                            + " lower the learning rate and resume from checkpoint-5, which is sound");
        }
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.filter(Files::isDirectory)
                            .map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("checkpoint-4", "checkpoint-5");
        }
        assertThat(Manifest.verify(folder.resolve("checkpoint-5"))).isInstanceOf(Manifest.Complete.class);
        try (ComputePool pool = new ComputePool(1);
                TrainableModel model = SteeredModel.byTrainingCall(call -> UnaryOperator.identity());
                Trainer trainer = TinyRun.trainer(TinyModels.GPT2, model, ARGUMENTS, pool)
                        .outputFolder(folder)
                        .build()) {
            assertThat(trainer.resume()).isTrue();
            assertThat(trainer.train().optimizerSteps()).isEqualTo(12);
        }
    }

    @Test
    void withoutACheckpointTheMessageSaysSo() {
        try (ComputePool pool = new ComputePool(1);
                TrainableModel model = SteeredModel.byTrainingCall(call -> loss -> spoiled(loss, Double.NaN));
                Trainer trainer =
                        TinyRun.trainer(TinyModels.GPT2, model, ARGUMENTS, pool).build()) {
            assertThatThrownBy(trainer::train)
                    .isInstanceOf(TrainingException.class)
                    .hasMessageEndingWith("the last one step 3: lower the learning rate and start again");
        }
    }
}
