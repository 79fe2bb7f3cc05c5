package io.transformer4j.evaluation;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A corpus' score.
 *
 * @param metric what was measured
 * @param score in percent
 * @param interval where the score of such texts lies; null if none was asked for
 * @param signature all settings that the score depends on
 */
public record Evaluation(
        String metric, double score, @Nullable Interval interval, String signature) {

    /**
     * A 95 % confidence interval by bootstrap resampling (Koehn 2004).
     *
     * @param mean of the samples' scores
     * @param low 2.5 % of the samples are below
     * @param high 2.5 % are above
     */
    public record Interval(double mean, double low, double high) {
        /** Half of the width, which sacreBLEU prints behind ±. */
        public double radius() {
            return (high - low) / 2;
        }
    }

    /** Scores texts without interval. */
    public static Evaluation of(Metric metric, List<String> hypotheses, List<List<String>> references) {
        return of(metric, hypotheses, references, 0, 0);
    }

    /**
     * Scores texts.
     *
     * @param references for each hypothesis at least one
     * @param samples of the bootstrap; 0 for no interval
     * @param seed of the bootstrap
     * @throws IllegalArgumentException if there are no texts, or not as many references
     */
    public static Evaluation of(
            Metric metric, List<String> hypotheses, List<List<String>> references, int samples, long seed) {
        if (hypotheses.isEmpty() || hypotheses.size() != references.size()) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "as many references as texts are needed, at least one, not %,d and %,d",
                    references.size(),
                    hypotheses.size()));
        }
        double[][] statistics = IntStream.range(0, hypotheses.size())
                .parallel()
                .mapToObj(i -> metric.statistics(hypotheses.get(i), references.get(i)))
                .toArray(double[][]::new);
        int[] counts = references.stream().mapToInt(List::size).distinct().toArray();
        return new Evaluation(
                metric.name(),
                metric.score(sum(statistics, IntStream.range(0, statistics.length))),
                samples == 0 ? null : interval(metric, statistics, samples, seed),
                metric.signature(
                        counts.length == 1 ? counts[0] : -1,
                        samples == 0 ? "" : "bs:" + samples + "|seed:" + seed + "|"));
    }

    private static Interval interval(Metric metric, double[][] statistics, int samples, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double[] scores = new double[samples];
        for (int i = 0; i < samples; i++) {
            scores[i] = metric.score(sum(statistics, random.ints(statistics.length, 0, statistics.length)));
        }
        Arrays.sort(scores);
        int tail = samples / 40;
        return new Interval(Arrays.stream(scores).average().orElseThrow(), scores[tail], scores[samples - tail - 1]);
    }

    private static double[] sum(double[][] statistics, IntStream rows) {
        double[] sums = new double[statistics[0].length];
        rows.forEach(row -> {
            for (int i = 0; i < sums.length; i++) {
                sums[i] += statistics[row][i];
            }
        });
        return sums;
    }

    /** As sacreBLEU prints it: {@code BLEU|nrefs:1|… = 41.02}. */
    @Override
    public String toString() {
        String value = String.format(Locale.ROOT, "%s|%s = %.2f", metric, signature, score);
        return interval == null
                ? value
                : String.format(Locale.ROOT, "%s (μ = %.2f ± %.2f)", value, interval.mean(), interval.radius());
    }
}
