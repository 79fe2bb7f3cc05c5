package io.transformer4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.transformer4j.data.Batch;
import io.transformer4j.data.Dataset;
import io.transformer4j.data.Example;
import io.transformer4j.models.TrainableModel;
import io.transformer4j.nn.Parameter;
import io.transformer4j.torch.ComputePool;
import io.transformer4j.torch.Precision;
import io.transformer4j.torch.TensorScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** However a batch is divided, its gradients are the same. */
class DataParallelTest {
    private static final double TOLERANCE = 1e-5;

    /** Gradients of a step by parameter, and its loss. */
    private record Step(double loss, double norm, Map<String, double[]> gradients) {}

    @ParameterizedTest
    @CsvSource({"BERT, 2, 11", "BERT, 3, 11", "BERT, 3, 2", "GPT2, 2, 11", "GPT2, 3, 11", "GPT2, 3, 1"})
    void anyNumberOfWorkers(TinyModels kind, int workers, int batchSize) {
        List<Batch> batch = List.of(batch(kind, 0, batchSize));
        assertClose(step(kind, workers, batch), step(kind, 1, batch));
    }

    @ParameterizedTest
    @EnumSource
    void accumulationIsOneLargeBatch(TinyModels kind) {
        List<Batch> parts = IntStream.range(0, 4)
                .mapToObj(i -> batch(kind, 3 * i, 3 * i + 3))
                .toList();
        assertClose(step(kind, 1, parts), step(kind, 1, List.of(batch(kind, 0, 12))));
        assertClose(step(kind, 2, parts), step(kind, 2, List.of(batch(kind, 0, 12))));
    }

    /** The longest sequence is worker 0's, whose heads then have no gradient to add the others' to. */
    @ParameterizedTest
    @EnumSource
    void aPartWithoutLabels(TinyModels kind) {
        int[] ids = {7, 8, 9};
        Example labelled = new Example(0, ids, new int[3], new int[] {8, Batch.IGNORED, 10}, null);
        int[] none = new int[TinyModels.MAX_LENGTH];
        Arrays.fill(none, Batch.IGNORED);
        Example unlabelled = new Example(1, new int[none.length], new int[none.length], none, null);
        Step divided = step(kind, 2, List.of(Batch.of(List.of(labelled, unlabelled))));
        assertClose(divided, step(kind, 1, List.of(Batch.of(List.of(labelled)))));
    }

    @ParameterizedTest
    @EnumSource
    void evaluationToo(TinyModels kind) {
        Batch batch = batch(kind, 0, 11);
        List<DataParallel.Means> means = new ArrayList<>();
        for (int workers = 1; workers <= 3; workers++) {
            try (ComputePool pool = new ComputePool(workers);
                    TrainableModel model = kind.withWeights(0.1);
                    DataParallel parallel = new DataParallel(model, pool, Precision.FP32)) {
                means.add(parallel.evaluate(batch));
            }
        }
        assertThat(means.get(1).loss()).isCloseTo(means.get(0).loss(), within(TOLERANCE));
        assertThat(means.get(2).loss()).isCloseTo(means.get(0).loss(), within(TOLERANCE));
        assertThat(means.get(2).parts().keySet()).isEqualTo(means.get(0).parts().keySet());
        means.get(0)
                .parts()
                .forEach((name, value) ->
                        assertThat(means.get(2).parts().get(name)).as(name).isCloseTo(value, within(TOLERANCE)));
    }

    /** Autocast keeps copies of weights: were they kept over an update, the second loss would be the first again. */
    @ParameterizedTest
    @EnumSource
    void bf16SeesUpdatedWeights(TinyModels kind) {
        List<Batch> batch = List.of(batch(kind, 0, 8));
        TrainingArguments arguments = TrainingArguments.DEFAULTS.with(
                a -> a.learningRate(1e-2).precision(Precision.BF16).maxSteps(30));
        double[] single = losses(kind, batch, arguments.withPrecision(Precision.FP32));
        double[] half = losses(kind, batch, arguments);
        assertThat(half[0]).isCloseTo(single[0], within(0.02));
        assertThat(half[1]).isCloseTo(single[1], within(0.02)).isLessThan(half[0] - 0.02);
        assertThat(half[29]).isLessThan(half[0] / 2);
    }

    private static double[] losses(TinyModels kind, List<Batch> batch, TrainingArguments arguments) {
        try (ComputePool pool = new ComputePool(2);
                TrainableModel model = kind.withWeights(0);
                DataParallel parallel = new DataParallel(model, pool, arguments.precision());
                AdamW optimizer = new AdamW(DataParallel.trainable(model), arguments)) {
            double[] losses = new double[(int) arguments.maxSteps()];
            for (int step = 0; step < losses.length; step++) {
                losses[step] = parallel.gradients(batch, step).loss();
                parallel.reduce();
                parallel.apply(optimizer, step + 1, arguments.learningRate(), null);
                parallel.clearGradients();
            }
            return losses;
        }
    }

    private static List<Example> examples(TinyModels kind, int from, int to) {
        Dataset data = kind.data(100, 1);
        return IntStream.range(from, to).mapToObj(i -> data.get(0, i)).toList();
    }

    private static Batch batch(TinyModels kind, int from, int to) {
        return kind.collator(5).collate(0, examples(kind, from, to));
    }

    private static Step step(TinyModels kind, int workers, List<Batch> microBatches) {
        try (ComputePool pool = new ComputePool(workers);
                TrainableModel model = kind.withWeights(0);
                DataParallel parallel = new DataParallel(model, pool, Precision.FP32);
                TensorScope scope = new TensorScope()) {
            double loss = parallel.gradients(microBatches, 1).loss();
            double norm = parallel.reduce();
            Map<String, double[]> gradients = new TreeMap<>();
            model.namedParameters().forEach((name, parameter) -> gradients.put(name, gradient(parameter)));
            return new Step(loss, norm, gradients);
        }
    }

    private static double[] gradient(Parameter parameter) {
        Tensor gradient = parameter.grad().orElseThrow().contiguous();
        float[] values = new float[(int) gradient.numel()];
        gradient.data_ptr_float().get(values);
        return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
    }

    private static void assertClose(Step actual, Step expected) {
        assertThat(actual.loss()).isCloseTo(expected.loss(), within(TOLERANCE));
        assertThat(actual.norm()).isCloseTo(expected.norm(), within(TOLERANCE));
        assertThat(actual.gradients().keySet()).isEqualTo(expected.gradients().keySet());
        expected.gradients().forEach((name, gradient) -> {
            for (int i = 0; i < gradient.length; i++) {
                assertThat(actual.gradients().get(name)[i])
                        .as(name + " [" + i + "]")
                        .isCloseTo(gradient[i], within(TOLERANCE));
            }
        });
    }
}
