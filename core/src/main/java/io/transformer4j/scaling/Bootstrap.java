package io.transformer4j.scaling;

import io.transformer4j.progress.ProgressListener;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.hipparchus.stat.descriptive.moment.StandardDeviation;
import org.hipparchus.stat.descriptive.rank.Percentile;

/**
 * Nonparametric bootstrap (Efron 1979): refits a law to runs drawn with replacement. The same seed gives the same draws on any number of
 * threads.
 *
 * @param resamples how many there are
 * @param seed of the random numbers
 * @param threads to refit on
 */
public record Bootstrap(int resamples, long seed, int threads) {

    /** Fewer have no 2.5 % quantile worth the name. */
    private static final int MIN_RESAMPLES = 100;

    /** Checks the sizes. */
    public Bootstrap {
        if (resamples < MIN_RESAMPLES) {
            throw new IllegalArgumentException(
                    "resamples (%d) must be at least %d: fewer give no interval".formatted(resamples, MIN_RESAMPLES));
        }
        if (threads < 1) {
            throw new IllegalArgumentException("threads (%d) must be at least 1".formatted(threads));
        }
    }

    /**
     * What the resamples gave.
     *
     * @param draws one for each resample that could be fitted
     * @param failures the number of those that couldn't
     */
    public record Draws<L>(List<L> draws, int failures) {

        /** The mid part of the draws that holds {@code level} of them, e.g. 0.95. */
        public Interval interval(double level, Function<L, Double> number) {
            Percentile percentile = new Percentile();
            percentile.setData(numbers(number));
            double tail = 50 * (1 - level);
            return new Interval(percentile.evaluate(tail), percentile.evaluate(100 - tail));
        }

        /** A fitted number with the error and the interval of its draws. */
        public Estimate estimate(String name, L fitted, double level, Function<L, Double> number) {
            return new Estimate(
                    name,
                    number.apply(fitted),
                    new StandardDeviation().evaluate(numbers(number)),
                    interval(level, number));
        }

        private double[] numbers(Function<L, Double> number) {
            return draws.stream().mapToDouble(number::apply).toArray();
        }
    }

    /**
     * Draws and refits.
     *
     * @param refit throws a {@link ScalingException} if it can't
     * @throws ScalingException if more than half of the resamples can't be fitted: there is no interval then
     */
    public <T, L> Draws<L> run(List<T> items, Function<List<T>, L> refit, ProgressListener progress, String message) {
        SplittableRandom seeds = new SplittableRandom(seed);
        List<Long> perResample =
                LongStream.generate(seeds::nextLong).limit(resamples).boxed().toList();
        List<Optional<L>> fitted = Parallel.map(
                perResample,
                one -> tryFit(refit, resample(items, new SplittableRandom(one))),
                threads,
                progress,
                message);
        List<L> draws = fitted.stream().flatMap(Optional::stream).toList();
        if (draws.size() * 2 < resamples) {
            throw new ScalingException(
                    "%d of %d bootstrap resamples could not be fitted: the runs don't determine the law"
                            .formatted(resamples - draws.size(), resamples));
        }
        return new Draws<>(draws, resamples - draws.size());
    }

    private static <T> List<T> resample(List<T> items, SplittableRandom random) {
        List<T> drawn = new ArrayList<>(items.size());
        IntStream.range(0, items.size()).forEach(i -> drawn.add(items.get(random.nextInt(items.size()))));
        return drawn;
    }

    private static <T, L> Optional<L> tryFit(Function<List<T>, L> refit, List<T> drawn) {
        try {
            return Optional.of(Objects.requireNonNull(refit.apply(drawn)));
        } catch (ScalingException e) { // counted as a failure
            return Optional.empty();
        }
    }
}
