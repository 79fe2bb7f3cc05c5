package io.transformer4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.transformer4j.models.TrainableModel;
import io.transformer4j.torch.ComputePool;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a run reports, and settings of its data. */
class TrainerTest {
    @Test
    void logLinesAreMeansOverTheirSteps() {
        List<Double> losses = new ArrayList<>();
        Map<Long, Map<String, Double>> lines = new TreeMap<>();
        TrainingArguments arguments = TinyRun.ARGUMENTS;
        TrainerState end = run(TinyModels.GPT2, arguments, new TrainerCallback() {
            @Override
            public void onStepEnd(TrainerState state, double loss) {
                losses.add(loss);
            }

            @Override
            public void onLog(TrainerState state, Map<String, Double> metrics) {
                lines.put(state.globalStep(), metrics);
            }
        });
        assertThat(lines.keySet()).containsExactly(3L, 6L, 8L);
        assertThat(lines.get(3L).get("loss")).isCloseTo(mean(losses.subList(0, 3)), within(1e-12));
        assertThat(lines.get(8L).get("loss")).isCloseTo(mean(losses.subList(6, 8)), within(1e-12));
        assertThat(lines.get(3L).get("learning_rate")).isEqualTo(arguments.learningRateAt(2));
        assertThat(lines.get(8L).get("tokens")).isEqualTo((double) end.tokens());
        assertThat(lines.get(8L).get("tokens_per_second")).isPositive();
    }

    private static double mean(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    }

    @ParameterizedTest
    @EnumSource
    void lossFalls(TinyModels kind) {
        List<Double> losses = new ArrayList<>();
        run(kind, TinyRun.ARGUMENTS.with(a -> a.maxSteps(60).batchSize(8)), new TrainerCallback() {
            @Override
            public void onStepEnd(TrainerState state, double loss) {
                losses.add(loss);
            }
        });
        assertThat(mean(losses.subList(50, 60))).isLessThan(0.9 * mean(losses.subList(0, 10)));
    }

    @Test
    void batchesByTokensAndByLength() {
        TrainingArguments byTokens = TinyRun.ARGUMENTS.with(a -> a.maxTokensPerBatch(40));
        assertThat(run(TinyModels.BERT, byTokens, new TrainerCallback() {}).tokens())
                .isBetween(8L, 8L * 2 * 40);
        TrainingArguments byLength = TinyRun.ARGUMENTS.withGroupByLength(true);
        assertThat(run(TinyModels.BERT, byLength, new TrainerCallback() {}).globalStep())
                .isEqualTo(8);
        TrainingArguments both = byTokens.withGroupByLength(true);
        assertThat(run(TinyModels.BERT, both, new TrainerCallback() {}).globalStep())
                .isEqualTo(8);
    }

    private static TrainerState run(TinyModels kind, TrainingArguments arguments, TrainerCallback callback) {
        try (ComputePool pool = new ComputePool(2);
                TrainableModel model = kind.withWeights(0.1);
                Trainer trainer = TinyRun.trainer(kind, model, arguments, pool)
                        .callback(callback)
                        .build()) {
            return trainer.train();
        }
    }
}
