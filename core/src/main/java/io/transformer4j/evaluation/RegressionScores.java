package io.transformer4j.evaluation;

import org.hipparchus.stat.correlation.PearsonsCorrelation;
import org.hipparchus.stat.correlation.SpearmansCorrelation;

/**
 * How well numbers were foretold.
 *
 * @param pearson linear correlation; NaN if either side is constant
 * @param spearman correlation of the ranks, ties at their mean rank; NaN if either side is constant
 * @param meanSquaredError in the square of the numbers' unit
 */
public record RegressionScores(double pearson, double spearman, double meanSquaredError) {
    /**
     * Compares numbers.
     *
     * @throws IllegalArgumentException if there are fewer than two cases, or more of one side than of the other
     */
    public static RegressionScores of(double[] actual, double[] predicted) {
        if (actual.length < 2 || actual.length != predicted.length) {
            throw new IllegalArgumentException("there must be as many predictions as cases, at least two, not "
                    + predicted.length + " and " + actual.length);
        }
        double squares = 0;
        for (int i = 0; i < actual.length; i++) {
            squares += (actual[i] - predicted[i]) * (actual[i] - predicted[i]);
        }
        return new RegressionScores(
                new PearsonsCorrelation().correlation(actual, predicted),
                new SpearmansCorrelation().correlation(actual, predicted),
                squares / actual.length);
    }
}
