package io.transformer4j.scaling;

import java.util.List;

/**
 * The loss of one model while it was trained.
 *
 * @param run its name
 * @param parameters N
 * @param points tokens so far and the loss there, with ascending tokens
 */
public record TrainingCurve(String run, double parameters, List<Observation> points) {

    /**
     * Checks the curve.
     *
     * @throws IllegalArgumentException if it has fewer than two points, or they belong to several models or don't ascend
     */
    public TrainingCurve {
        points = List.copyOf(points);
        if (points.size() < 2) {
            throw new IllegalArgumentException(
                    "the curve '%s' has %d point: at least 2 are needed".formatted(run, points.size()));
        }
        for (int i = 0; i < points.size(); i++) {
            if (points.get(i).parameters() != parameters) {
                throw new IllegalArgumentException("the curve '%s' has points of models with %s and %s parameters"
                        .formatted(run, parameters, points.get(i).parameters()));
            }
            if (i > 0 && points.get(i).tokens() <= points.get(i - 1).tokens()) {
                throw new IllegalArgumentException("the curve '%s' has two points at %s tokens or falls back behind it"
                        .formatted(run, points.get(i).tokens()));
            }
        }
    }

    double minCompute() {
        return points.get(0).compute();
    }

    double maxCompute() {
        return points.get(points.size() - 1).compute();
    }

    /** The loss after {@code compute} FLOPs, interpolated on a log-log scale; NaN outside the curve. */
    double lossAt(double compute) {
        for (int i = 1; i < points.size(); i++) {
            Observation left = points.get(i - 1);
            Observation right = points.get(i);
            if (left.compute() <= compute && compute <= right.compute()) {
                double t = Math.log(compute / left.compute()) / Math.log(right.compute() / left.compute());
                return left.loss() * Math.pow(right.loss() / left.loss(), t);
            }
        }
        return Double.NaN;
    }
}
