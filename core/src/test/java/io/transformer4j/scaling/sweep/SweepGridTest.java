package io.transformer4j.scaling.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.transformer4j.scaling.ModelShape;
import io.transformer4j.scaling.ParameterCount;
import java.util.List;
import org.junit.jupiter.api.Test;

class SweepGridTest {
    private static final ModelShape SMALL = new ModelShape(2, 32, 2, 512, 128);
    private static final ModelShape LARGE = new ModelShape(2, 64, 4, 512, 128);

    @Test
    void aProfileHasOneComputeAndACurveOneSize() {
        SweepGrid grid = new SweepGrid(
                List.of(SMALL, LARGE),
                List.of(100_000L, 200_000L),
                List.of(6e11),
                ParameterCount.TOTAL,
                1,
                10_000_000,
                List.of(1L));

        List<Trial> trials = grid.trials(512);

        assertThat(trials).hasSize(6).extracting(Trial::name).doesNotHaveDuplicates();
        assertThat(trials).extracting(Trial::flops).isSorted();
        assertThat(trials).allMatch(trial -> trial.tokens() % 512 == 0);
        assertThat(trials.subList(4, 6))
                .allSatisfy(trial -> assertThat(6.0 * trial.shape().parameters() * trial.tokens() / 6e11)
                        .isCloseTo(1, within(1e-3)));
    }

    @Test
    void runsBeyondTheLimitsAreLeftOutAndEqualOnesMadeOnce() {
        double compute = 6.0 * SMALL.nonEmbeddingParameters() * 100_000;
        SweepGrid grid = new SweepGrid(
                List.of(SMALL, LARGE),
                List.of(100_000L),
                List.of(compute),
                ParameterCount.NON_EMBEDDING,
                50_000,
                200_000,
                List.of(1L, 2L));

        assertThat(grid.trials(1))
                .extracting(Trial::name)
                .containsExactlyInAnyOrder(
                        "2x32x2-d100000-s1", "2x32x2-d100000-s2", "2x64x4-d100000-s1", "2x64x4-d100000-s2");
    }

    @Test
    void impossibleGridsAreRefused() {
        assertThatThrownBy(() -> grid(List.of(), List.of(), 1, 2)).hasMessageContaining("needs numbers of tokens");
        assertThatThrownBy(() -> grid(List.of(0L), List.of(), 1, 2)).hasMessageContaining("but one is 0");
        assertThatThrownBy(() -> grid(List.of(), List.of(-1e9), 1, 2)).hasMessageContaining("but one is -1.0E9");
        assertThatThrownBy(() -> grid(List.of(), List.of(Double.NaN), 1, 2)).hasMessageContaining("but one is NaN");
        assertThatThrownBy(() -> grid(List.of(5L), List.of(), 3, 2))
                .hasMessageContaining("the fewest tokens (3) must be positive and not above the most (2)");
        assertThatThrownBy(() -> grid(List.of(), List.of(1e6), 1000, 2000).trials(512))
                .hasMessageContaining("no run is left");
    }

    private static SweepGrid grid(List<Long> tokens, List<Double> compute, long min, long max) {
        return new SweepGrid(List.of(SMALL), tokens, compute, ParameterCount.TOTAL, min, max, List.of(1L));
    }
}
