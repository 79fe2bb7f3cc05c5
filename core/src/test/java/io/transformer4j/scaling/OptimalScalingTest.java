package io.transformer4j.scaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.transformer4j.progress.ProgressListener;
import io.transformer4j.scaling.Bootstrap.Draws;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Approaches 1 and 2, Kaplan's laws and the hold-out, on exact data of a known law. */
class OptimalScalingTest {

    private static final ChinchillaLaw LAW = new ChinchillaLaw(1.8, 480, 480, 0.35, 0.35);

    @Test
    void parabolasFindTheOptimumOfASymmetricLaw() {
        List<Observation> runs = isoFlopRuns(LAW);

        IsoFlopProfiles.Result result = IsoFlopProfiles.fit(runs);

        assertThat(result.profiles()).hasSize(4);
        assertThat(result.scaling().parameters().exponent()).isCloseTo(0.5, within(1e-6));
        assertThat(result.scaling().tokens().exponent()).isCloseTo(0.5, within(1e-6));
        for (OptimalPoint point : result.scaling().points()) {
            double optimum = LAW.optimalForCompute(point.compute()).parameters();
            assertThat(point.parameters()).isCloseTo(optimum, within(0.01 * optimum));
        }
    }

    @Test
    void budgetsWithoutAMinimumAmongTheirSizesDoNotCount() {
        List<Observation> tooSmall = isoFlopRuns(LAW).stream()
                .filter(run ->
                        run.parameters() < LAW.optimalForCompute(run.compute()).parameters())
                .toList();

        assertThatThrownBy(() -> IsoFlopProfiles.fit(tooSmall))
                .isInstanceOf(ScalingException.class)
                .hasMessageStartingWith("only 0 budgets have 5 sizes or more");
    }

    /** A table of as few runs as a small machine trains: most resamples lack some size of every budget. */
    @Test
    void sevenSizesABudgetAreEnoughForAnInterval() {
        List<Observation> runs = isoFlopRuns(LAW).stream()
                .filter(run -> {
                    double optimum = LAW.optimalForCompute(run.compute()).parameters();
                    return run.parameters() > optimum / 6 && run.parameters() < optimum * 6;
                })
                .toList();

        Draws<OptimalScaling> draws =
                new Bootstrap(200, 42, 2).run(runs, IsoFlopProfiles::refit, ProgressListener.NONE, "resampling");

        assertThat(runs).hasSize(4 * 7);
        assertThat(draws.failures()).isLessThan(60);
        assertThat(draws.interval(0.95, scaling -> scaling.parameters().exponent())
                        .contains(0.5))
                .isTrue();
    }

    @Test
    void theEnvelopeOfCurvesFollowsTheOptimum() {
        List<TrainingCurve> curves = new ArrayList<>();
        for (double size : logSpaced(1e7, 1e10, 31)) {
            curves.add(new TrainingCurve(
                    "n" + size,
                    size,
                    DoubleStream.of(logSpaced(size / 100, 100 * size, 60))
                            .mapToObj(tokens -> new Observation(size, tokens, LAW.loss(size, tokens)))
                            .toList()));
        }

        OptimalScaling scaling = CurveEnvelope.fit(curves);

        assertThat(scaling.parameters().exponent()).isCloseTo(0.5, within(0.02));
        assertThat(scaling.parameters().exponent() + scaling.tokens().exponent())
                .isCloseTo(1, within(1e-9));
        assertThatThrownBy(() -> CurveEnvelope.fit(curves.subList(0, 1))).hasMessageContaining("0 points are too few");
    }

    @Test
    void kaplansLawsGiveAPowerLawBack() {
        List<Observation> runs = DoubleStream.of(logSpaced(1e5, 1e9, 12))
                .mapToObj(size -> new Observation(size, size * 20, Math.pow(8.8e13 / size, 0.076)))
                .toList();

        KaplanLaws laws = KaplanLaws.fit(runs);

        assertThat(-laws.byParameters().exponent()).isCloseTo(0.076, within(1e-9));
        assertThat(laws.byParameters().unitPoint()).isCloseTo(8.8e13, within(1e7));
        assertThat(-laws.byCompute().exponent()).isCloseTo(0.038, within(1e-9));
        Observation worse = new Observation(2e9, 4e10, 5);
        List<Observation> withWorse = new ArrayList<>(runs);
        withWorse.add(worse);
        assertThat(KaplanLaws.frontier(withWorse, Observation::parameters)).doesNotContain(worse);
    }

    @Test
    void theLargestBandIsHeldOutWholeAndPredicted() {
        List<Observation> runs = isoFlopRuns(LAW);

        Holdout holdout = Holdout.largest(runs, 0.1, ParametricFit.DELTA, Start.grid(), 2, ProgressListener.NONE);

        assertThat(holdout.error().runs()).as("one of four bands").isEqualTo(9);
        assertThat(holdout.minCompute()).isCloseTo(1e21, within(1e13));
        assertThat(holdout.error().maxRelativeError()).isLessThan(1e-4);
        assertThat(holdout.predictions())
                .extracting(Holdout.Prediction::run)
                .containsExactlyInAnyOrderElementsOf(runs.subList(27, 36));
        assertThat(holdout.predictions())
                .allSatisfy(prediction -> assertThat(prediction.run().loss() * (1 + prediction.relativeError()))
                        .isCloseTo(prediction.predicted(), within(1e-9)));
    }

    @Test
    void everythingTogetherOnTheChinchillaRuns() throws IOException {
        ScalingFit.Options options =
                new ScalingFit.Options(ParameterCount.TOTAL, ParametricFit.DELTA, 0.95, 0.1, new Bootstrap(200, 42, 2));

        ScalingFit fit = ScalingFit.of(ChinchillaData.filtered(), List.of(), options, ProgressListener.NONE);

        assertThat(fit.goodness().rSquared()).isGreaterThan(0.99);
        assertThat(fit.curveEnvelope().value()).isNull();
        assertThat(fit.curveEnvelope().reason()).contains("needs training curves");
        assertThat(fit.isoFlop().estimates().get(0).value()).isBetween(0.4, 0.6);
        assertThat(fit.holdout().reason()).isEmpty();
        assertThat(fit.holdout().value().error().meanRelativeError()).isLessThan(0.02);
        assertThat(fit.kaplan().estimates()).hasSize(6);
        assertThat(fit.toJson()).contains("\"starts_at_minimum\"").doesNotContain("draws");
    }

    /** Four budgets of nine sizes, each from a tenth of the optimum to ten times as much. */
    private static List<Observation> isoFlopRuns(ChinchillaLaw law) {
        return DoubleStream.of(1e18, 1e19, 1e20, 1e21)
                .boxed()
                .flatMap(compute -> IntStream.rangeClosed(-4, 4).mapToObj(i -> {
                    double parameters = law.optimalForCompute(compute).parameters() * Math.pow(10, i / 4.0);
                    double tokens = compute / (6 * parameters);
                    return new Observation(parameters, tokens, law.loss(parameters, tokens));
                }))
                .toList();
    }

    private static double[] logSpaced(double low, double high, int count) {
        return IntStream.range(0, count)
                .mapToDouble(i -> low * Math.pow(high / low, (double) i / (count - 1)))
                .toArray();
    }
}
