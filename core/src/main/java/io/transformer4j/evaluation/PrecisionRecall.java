package io.transformer4j.evaluation;

import java.util.Collection;

/**
 * How many of the things found are right, and how many of the right ones were found. A ratio without denominator is 0.
 *
 * @param truePositives found and right
 * @param predicted found
 * @param actual right
 */
public record PrecisionRecall(long truePositives, long predicted, long actual) {
    /** The counts of several classes together: scores of the sum are micro-averages. */
    public static PrecisionRecall sum(Collection<PrecisionRecall> parts) {
        return new PrecisionRecall(
                parts.stream().mapToLong(PrecisionRecall::truePositives).sum(),
                parts.stream().mapToLong(PrecisionRecall::predicted).sum(),
                parts.stream().mapToLong(PrecisionRecall::actual).sum());
    }

    /** The mean of the classes' F1. */
    public static double macroF1(Collection<PrecisionRecall> parts) {
        return parts.stream().mapToDouble(PrecisionRecall::f1).average().orElse(0);
    }

    /** Share of what was found that is right. */
    public double precision() {
        return predicted == 0 ? 0 : (double) truePositives / predicted;
    }

    /** Share of what is right that was found. */
    public double recall() {
        return actual == 0 ? 0 : (double) truePositives / actual;
    }

    /** Harmonic mean of both. */
    public double f1() {
        return predicted + actual == 0 ? 0 : 2.0 * truePositives / (predicted + actual);
    }
}
