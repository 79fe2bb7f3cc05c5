package io.transformer4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Values of Hugging Face's {@code get_scheduler} for a peak of 1. */
class LearningRateScheduleTest {
    @ParameterizedTest
    @CsvSource({
        "linear, 10, 110, 10, 1",
        "linear, 10, 110, 60, 0.5",
        "linear, 10, 110, 109, 0.01",
        "linear, 10, 110, 110, 0",
        "linear, 0, 4, 1, 0.75",
        "cosine, 10, 110, 10, 1",
        "cosine, 10, 110, 35, 0.8535533905932737",
        "cosine, 10, 110, 60, 0.5",
        "cosine, 10, 110, 110, 0",
        "inverse_sqrt, 100, 1000, 100, 1",
        "inverse_sqrt, 100, 1000, 400, 0.5",
        "inverse_sqrt, 100, 1000, 900, 0.3333333333333333",
        "inverse_sqrt, 0, 50000, 0, 1",
        "inverse_sqrt, 0, 50000, 30000, 0.5",
        "constant, 10, 110, 10, 1",
        "constant, 10, 110, 109, 1",
    })
    void formulas(String name, long warmup, long max, long step, double expected) {
        assertThat(LearningRateSchedule.of(name).factor(step, warmup, max, 0)).isCloseTo(expected, within(1e-12));
    }

    @ParameterizedTest
    @EnumSource
    void warmUpRisesFromZero(LearningRateSchedule schedule) {
        assertThat(schedule.factor(0, 8, 100, 0.1)).isZero();
        assertThat(schedule.factor(2, 8, 100, 0.1)).isEqualTo(0.25);
        assertThat(schedule.factor(8, 8, 100, 0.1)).isEqualTo(1);
    }

    @Test
    void neverBelowTheMinimum() {
        assertThat(LearningRateSchedule.COSINE.factor(100, 8, 100, 0.1)).isCloseTo(0.1, within(1e-12));
        assertThat(LearningRateSchedule.LINEAR.factor(200, 8, 100, 0.1)).isCloseTo(0.1, within(1e-12));
    }

    @Test
    void coolsDownFromWhereTheScheduleIs() {
        TrainingArguments arguments = TrainingArguments.DEFAULTS.with(a -> a.learningRate(2)
                .lrScheduler(LearningRateSchedule.INVERSE_SQRT)
                .warmupSteps(100)
                .maxSteps(1000)
                .minLearningRateRatio(0.1)
                .lrCooldownSteps(200));
        assertThat(arguments.learningRateAt(50)).isEqualTo(1);
        double before = 0.1 + 0.9 * Math.sqrt(1 / 8.0);
        assertThat(arguments.learningRateAt(800)).isCloseTo(2 * before, within(1e-12));
        double halfway = 0.1 + 0.9 * Math.sqrt(1 / 9.0) / 2;
        assertThat(arguments.learningRateAt(900)).isCloseTo(2 * halfway, within(1e-12));
        assertThat(arguments.learningRateAt(1000)).isCloseTo(0.2, within(1e-12));
        assertThatThrownBy(() -> arguments.with(a -> a.lrCooldownSteps(901)))
                .hasMessage("lrCooldownSteps (901) must not be negative, nor more than the steps after warm-up (900)");
    }

    @Test
    void namesInAnyCase() {
        assertThat(LearningRateSchedule.of("LINEAR")).isEqualTo(LearningRateSchedule.LINEAR);
        assertThatThrownBy(() -> LearningRateSchedule.of("polynomial"))
                .hasMessage("the learning-rate schedule must be one of linear, cosine, inverse_sqrt, constant, but is"
                        + " \"polynomial\"");
    }
}
