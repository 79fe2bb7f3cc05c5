package io.transformer4j.scaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.transformer4j.progress.ProgressListener;
import io.transformer4j.scaling.Bootstrap.Draws;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class BootstrapTest {

    private static final long SEED = 42;

    /** Besiroglu et al. 2024 drew other resamples, so their bounds agree within the noise of 2.5 % quantiles. */
    @Test
    void chinchillaIntervalsResembleThePublishedOnes() throws IOException {
        List<Observation> runs = ChinchillaData.filtered();
        ChinchillaLaw law = ParametricFit.refit(runs, ParametricFit.DELTA, ChinchillaLaw.BESIROGLU_2024);

        Draws<ChinchillaLaw> draws = draws(runs, law, 2000, 2);

        assertThat(draws.failures()).isZero();
        assertInterval(draws.interval(0.95, ChinchillaLaw::e), 1.769, 1.871, 0.05);
        assertInterval(draws.interval(0.95, ChinchillaLaw::a), 285.214, 743.626, 0.1);
        assertInterval(draws.interval(0.95, ChinchillaLaw::b), 1042.357, 5810.344, 0.1);
        assertInterval(draws.interval(0.95, ChinchillaLaw::alpha), 0.317, 0.373, 0.05);
        assertInterval(draws.interval(0.95, ChinchillaLaw::beta), 0.331, 0.415, 0.05);
        assertThat(draws.estimate("a", law, 0.95, ChinchillaLaw::parametersExponent)
                        .standardError())
                .isCloseTo(0.02, within(0.002));
    }

    @Test
    void theSameSeedGivesTheSameDrawsOnAnyNumberOfThreads() {
        List<Observation> runs = Synthetic.runs(40, 0.01, SEED);

        List<ChinchillaLaw> one = draws(runs, Synthetic.LAW, 100, 1).draws();

        assertThat(draws(runs, Synthetic.LAW, 100, 3).draws()).isEqualTo(one);
        assertThat(one).doesNotHaveDuplicates();
    }

    /** The long version with 200 trials is {@code IntervalCoverage} of the benchmarks. */
    @Test
    void intervalsCoverTheTruth() {
        int trials = 25;
        int covered = 0;
        for (int trial = 0; trial < trials; trial++) {
            List<Observation> runs = Synthetic.runs(60, 0.005, SEED + trial);
            ChinchillaLaw fitted = ParametricFit.refit(runs, ParametricFit.DELTA, Synthetic.LAW);
            Draws<ChinchillaLaw> draws = draws(runs, fitted, 200, 2);
            covered += draws.interval(0.95, ChinchillaLaw::e).contains(Synthetic.LAW.e()) ? 1 : 0;
            covered += draws.interval(0.95, ChinchillaLaw::alpha).contains(Synthetic.LAW.alpha()) ? 1 : 0;
            covered += draws.interval(0.95, ChinchillaLaw::beta).contains(Synthetic.LAW.beta()) ? 1 : 0;
        }
        assertThat(covered / (3.0 * trials)).isBetween(0.85, 1.0);
    }

    @Test
    void resamplesThatCannotBeFittedAreCountedAndTooManyAreAnError() {
        Bootstrap bootstrap = new Bootstrap(200, SEED, 2);
        List<Integer> items = List.of(1, 2, 3, 4);

        Draws<Integer> draws =
                bootstrap.run(items, BootstrapTest::sumUnlessFirstIsFour, ProgressListener.NONE, "summing");

        assertThat(draws.failures()).isBetween(30, 70);
        assertThat(draws.draws()).hasSize(200 - draws.failures());
        assertThatThrownBy(() -> bootstrap.run(
                        items,
                        drawn -> {
                            throw new ScalingException("no");
                        },
                        ProgressListener.NONE,
                        ""))
                .isInstanceOf(ScalingException.class)
                .hasMessageStartingWith("200 of 200 bootstrap resamples could not be fitted");
        assertThatThrownBy(() -> new Bootstrap(10, SEED, 1)).hasMessageContaining("resamples (10)");
    }

    private static Integer sumUnlessFirstIsFour(List<Integer> drawn) {
        if (drawn.get(0) == 4) {
            throw new ScalingException("four");
        }
        return drawn.stream().mapToInt(Integer::intValue).sum();
    }

    private static Draws<ChinchillaLaw> draws(List<Observation> runs, ChinchillaLaw law, int resamples, int threads) {
        return new Bootstrap(resamples, SEED, threads)
                .run(
                        runs,
                        drawn -> ParametricFit.refit(drawn, ParametricFit.DELTA, law),
                        ProgressListener.NONE,
                        "bootstrap");
    }

    /** Both ends within a part of the interval's width. */
    private static void assertInterval(Interval interval, double low, double high, double part) {
        assertThat(interval.low()).isCloseTo(low, within(part * (high - low)));
        assertThat(interval.high()).isCloseTo(high, within(part * (high - low)));
    }
}
