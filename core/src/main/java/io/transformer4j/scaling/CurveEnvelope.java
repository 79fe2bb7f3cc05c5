package io.transformer4j.scaling;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Approach 1 of Hoffmann et al. 2022: for each of many budgets, which model had the lowest loss when it had spent that much?
 *
 * <p>It needs several curves a size, with learning rate schedules of different lengths: a budget in the middle of a long schedule says
 * too little for that size (Hoffmann et al. 2022, §3.1).
 */
final class CurveEnvelope {

    /** As many budgets, evenly spaced on a log scale, as in the paper. */
    private static final int BUDGETS = 1500;

    private CurveEnvelope() {}

    static OptimalScaling fit(List<TrainingCurve> curves) {
        double low = Math.log(
                curves.stream().mapToDouble(TrainingCurve::minCompute).min().orElse(1));
        double high = Math.log(
                curves.stream().mapToDouble(TrainingCurve::maxCompute).max().orElse(1));
        List<OptimalPoint> envelope = new ArrayList<>();
        for (int i = 0; i < BUDGETS; i++) {
            double compute = Math.exp(low + (high - low) * i / (BUDGETS - 1));
            OptimalPoint best = best(curves, compute);
            if (best != null) {
                envelope.add(best);
            }
        }
        return OptimalScaling.fit(envelope);
    }

    /** Null unless the best size lies between others: the smallest or largest there is may be beaten by one that wasn't trained. */
    private static @Nullable OptimalPoint best(List<TrainingCurve> curves, double compute) {
        OptimalPoint best = null;
        double smallest = Double.POSITIVE_INFINITY;
        double largest = 0;
        for (TrainingCurve curve : curves) {
            double loss = curve.lossAt(compute);
            if (Double.isNaN(loss)) {
                continue;
            }
            smallest = Math.min(smallest, curve.parameters());
            largest = Math.max(largest, curve.parameters());
            if (best == null || loss < best.loss()) {
                double tokens = compute / (Observation.FLOPS_PER_PARAMETER_AND_TOKEN * curve.parameters());
                best = new OptimalPoint(compute, curve.parameters(), tokens, loss);
            }
        }
        return best != null && smallest < best.parameters() && best.parameters() < largest ? best : null;
    }
}
