package io.transformer4j.training;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * Metrics summed over some steps. A part of the {@link TrainerState}, so that a log line after a resume still is the mean
 * over all of its steps.
 *
 * @param steps number of steps
 * @param sums by name of the metric, in its order
 */
public record MetricSums(long steps, Map<String, Double> sums) {
    /** No steps. */
    public static final MetricSums NONE = new MetricSums(0, Map.of());

    public MetricSums {
        sums = Collections.unmodifiableMap(new TreeMap<>(sums));
    }

    /** With one more step. */
    MetricSums plus(Map<String, Double> metrics) {
        Map<String, Double> more = new TreeMap<>(sums);
        metrics.forEach((name, value) -> more.merge(name, value, Double::sum));
        return new MetricSums(steps + 1, more);
    }

    /** Each sum divided by the number of steps. */
    Map<String, Double> means() {
        Map<String, Double> means = new TreeMap<>(sums);
        means.replaceAll((name, sum) -> sum / steps);
        return means;
    }
}
