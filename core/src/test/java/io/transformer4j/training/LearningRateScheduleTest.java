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
    void namesInAnyCase() {
        assertThat(LearningRateSchedule.of("LINEAR")).isEqualTo(LearningRateSchedule.LINEAR);
        assertThatThrownBy(() -> LearningRateSchedule.of("polynomial"))
                .hasMessage("the learning-rate schedule must be one of linear, cosine, inverse_sqrt, constant, but is"
                        + " \"polynomial\"");
    }
}
