package io.transformer4j.benchmarks.scaling;

import io.transformer4j.progress.ProgressListener;
import io.transformer4j.scaling.Bootstrap;
import io.transformer4j.scaling.Bootstrap.Draws;
import io.transformer4j.scaling.ChinchillaLaw;
import io.transformer4j.scaling.Observation;
import io.transformer4j.scaling.ParametricFit;
import io.transformer4j.scaling.Start;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.IntStream;

/** How often the 95 % intervals hold the truth, when runs are drawn from a known law with noise: arguments trials, resamples. */
public final class IntervalCoverage {

    private static final ChinchillaLaw LAW = new ChinchillaLaw(1.8, 480, 2100, 0.35, 0.37);
    private static final int RUNS = 100;
    private static final double NOISE = 0.005;
    private static final double LEVEL = 0.95;
    private static final long SEED = 2024;

    private static final Map<String, Function<ChinchillaLaw, Double>> NUMBERS = new LinkedHashMap<>();

    static {
        NUMBERS.put("E", ChinchillaLaw::e);
        NUMBERS.put("A", ChinchillaLaw::a);
        NUMBERS.put("B", ChinchillaLaw::b);
        NUMBERS.put("alpha", ChinchillaLaw::alpha);
        NUMBERS.put("beta", ChinchillaLaw::beta);
        NUMBERS.put("a", ChinchillaLaw::parametersExponent);
        NUMBERS.put("loss at 1e22 FLOPs", law -> law.optimalForCompute(1e22).loss());
    }

    private IntervalCoverage() {}

    /** Prints a table. */
    public static void main(String[] args) {
        int trials = Integer.parseInt(args[0]);
        Bootstrap bootstrap = new Bootstrap(
                Integer.parseInt(args[1]), SEED, Runtime.getRuntime().availableProcessors());
        Map<String, Integer> covered = new LinkedHashMap<>();
        int failures = 0;
        for (int trial = 0; trial < trials; trial++) {
            List<Observation> runs = runs(SEED + trial);
            ChinchillaLaw fitted = ParametricFit.fit(
                            runs, ParametricFit.DELTA, List.of(Start.at(LAW)), 1, ProgressListener.NONE)
                    .law();
            Draws<ChinchillaLaw> draws = bootstrap.run(
                    runs,
                    drawn -> ParametricFit.refit(drawn, ParametricFit.DELTA, fitted),
                    ProgressListener.NONE,
                    "bootstrap");
            failures += draws.failures();
            NUMBERS.forEach((name, number) -> covered.merge(
                    name, draws.interval(LEVEL, number).contains(number.apply(LAW)) ? 1 : 0, Integer::sum));
        }
        System.out.printf(
                Locale.ROOT,
                "%d trials of %d runs with %.1f %% noise, %d resamples each (%d without a fit), seed %d%n",
                trials,
                RUNS,
                100 * NOISE,
                bootstrap.resamples(),
                failures,
                SEED);
        covered.forEach((name, count) -> System.out.printf(
                Locale.ROOT, "%-20s in the interval in %5.1f %% of the trials%n", name, 100.0 * count / trials));
    }

    /** Sizes from 5e7 to 1.6e10 and 3 to 100 tokens a parameter, as in the Chinchilla runs. */
    private static List<Observation> runs(long seed) {
        Random random = new Random(seed);
        return IntStream.range(0, RUNS)
                .mapToObj(i -> {
                    double parameters = 5e7 * Math.pow(320, random.nextDouble());
                    double tokens = parameters * 3 * Math.pow(33, random.nextDouble());
                    double loss = LAW.loss(parameters, tokens) * Math.exp(NOISE * random.nextGaussian());
                    return new Observation(parameters, tokens, loss);
                })
                .toList();
    }
}
