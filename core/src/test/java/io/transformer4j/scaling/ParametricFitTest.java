package io.transformer4j.scaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.transformer4j.progress.ProgressListener;
import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ParametricFitTest {

    private static final long SEED = 8;

    @Test
    void chinchillaGivesTheFiguresOfTheReplication() throws IOException {
        ParametricFit.Result fit = fit(ChinchillaData.filtered());

        assertThat(fit.objective()).isCloseTo(0.00101827402, within(1e-11));
        assertThat(fit.law().e()).isCloseTo(1.817218, within(2e-5));
        assertThat(fit.law().alpha()).isCloseTo(0.347311, within(2e-6));
        assertThat(fit.law().beta()).isCloseTo(0.367172, within(2e-6));
        assertThat(fit.law().a()).isCloseTo(477.826, within(0.5));
        assertThat(fit.law().b()).isCloseTo(2143.42, within(3.0));
        assertThat(fit.startsAtMinimum()).isGreaterThan(2000);
    }

    @Test
    void chinchillaWithoutFilter() throws IOException {
        ParametricFit.Result fit = fit(ChinchillaData.all());

        assertThat(fit.objective()).isCloseTo(0.00182601052, within(1e-11));
        assertThat(fit.law().beta()).isCloseTo(0.453049, within(2e-6));
    }

    /** Any law whose terms are of the order of a loss, and whose exponents are of the order of one half. */
    @Test
    void everySensibleStartEndsAtTheSameMinimum() throws IOException {
        List<Observation> runs = ChinchillaData.filtered();
        HuberObjective objective = new HuberObjective(runs, ParametricFit.DELTA);
        SplittableRandom random = new SplittableRandom(SEED);
        for (int i = 0; i < 200; i++) {
            double[] centred = {
                Math.log(0.05 * Math.pow(40, random.nextDouble())),
                Math.log(0.05 * Math.pow(40, random.nextDouble())),
                Math.log(0.5 + 2 * random.nextDouble()),
                0.05 + random.nextDouble(),
                0.05 + random.nextDouble()
            };
            double[] logs = objective.uncentred(centred);
            Start start = new Start(logs[0], logs[1], logs[2], logs[3], logs[4]);

            ParametricFit.Result fit =
                    ParametricFit.fit(runs, ParametricFit.DELTA, List.of(start), 1, ProgressListener.NONE);

            assertThat(fit.objective()).as("from %s", start).isCloseTo(0.00101827402, within(1e-11));
            assertThat(fit.law().alpha()).as("from %s", start).isCloseTo(0.347311, within(2e-6));
        }
    }

    @Test
    void averagingAndTolerancesEndTheSearchEarly() throws IOException {
        List<Observation> runs = ChinchillaData.filtered();
        Start published = Start.at(ChinchillaLaw.HOFFMANN_2022);

        ParametricFit.Search early = ParametricFit.searchOnce(
                runs, ParametricFit.DELTA, published, ParametricFit.Reduction.MEAN, 2.2e-9, 1e-5);
        ParametricFit.Search full =
                ParametricFit.searchOnce(runs, ParametricFit.DELTA, published, ParametricFit.Reduction.MEAN, 0, 1e-12);

        assertThat(early.converged()).isFalse();
        assertThat(early.objective()).isGreaterThan(0.00105);
        assertThat(full.converged()).isTrue();
        assertThat(full.objective()).isCloseTo(0.00101827402, within(1e-11));
    }

    @Test
    void gradientAgreesWithDifferences() {
        HuberObjective objective = new HuberObjective(Synthetic.runs(40, 0.05, SEED), 0.02);
        double[] point = {-1, -0.5, 0.6, 0.3, 0.4};
        double[] gradient = new double[5];
        objective.evaluate(point, gradient);
        for (int i = 0; i < point.length; i++) {
            double step = 1e-6;
            double[] ahead = point.clone();
            double[] behind = point.clone();
            ahead[i] += step;
            behind[i] -= step;
            double difference =
                    (objective.evaluate(ahead, new double[5]) - objective.evaluate(behind, new double[5])) / (2 * step);
            assertThat(gradient[i])
                    .as("component %d", i)
                    .isCloseTo(difference, within(1e-5 * (1 + Math.abs(difference))));
        }
    }

    @Test
    void exactDataGiveTheLawBack() {
        ParametricFit.Result fit = fit(Synthetic.runs(30, 0, SEED));

        assertThat(fit.law().e()).isCloseTo(Synthetic.LAW.e(), within(1e-4));
        assertThat(fit.law().alpha()).isCloseTo(Synthetic.LAW.alpha(), within(1e-4));
        assertThat(fit.law().beta()).isCloseTo(Synthetic.LAW.beta(), within(1e-4));
    }

    @Test
    void tooFewRunsAreRefused() {
        List<Observation> runs = Synthetic.runs(7, 0, SEED);

        assertThatThrownBy(() -> fit(runs))
                .isInstanceOf(ScalingException.class)
                .hasMessage("7 runs are too few to fit the 5 parameters of L(N, D): at least 8 are needed");
        List<Observation> oneSize = IntStream.rangeClosed(1, 20)
                .mapToObj(i -> new Observation(1e6, i * 1e7, 3 + 1.0 / i))
                .toList();
        assertThatThrownBy(() -> fit(oneSize)).hasMessageContaining("1 model sizes and 20 amounts of data");
    }

    @Test
    void whatDoesNotConvergeGivesNoNumber() {
        List<Observation> rising = IntStream.range(0, 30)
                .mapToObj(i -> new Observation(1e6 * (1 + i % 5), 1e7 * (1 + i % 6), 2 + 0.2 * (i % 5) + 0.2 * (i % 6)))
                .toList();
        assertThatThrownBy(() -> fit(rising))
                .isInstanceOf(ScalingException.class)
                .hasMessageStartingWith("the fit did not converge: ");
        List<Observation> flat = IntStream.range(0, 30)
                .mapToObj(i -> new Observation(1e6 * (1 + i % 5), 1e7 * (1 + i % 6), 3))
                .toList();
        assertThatThrownBy(() -> fit(flat)).isInstanceOf(ScalingException.class);
    }

    @Test
    void impossibleLossesAreRefused() {
        for (double loss : new double[] {-1, 0, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> new Observation(1e6, 1e7, loss))
                    .hasMessage("loss must be a positive finite number, but is " + loss);
        }
    }

    private static ParametricFit.Result fit(List<Observation> runs) {
        return ParametricFit.fit(runs, ParametricFit.DELTA, Start.grid(), 2, ProgressListener.NONE);
    }
}
