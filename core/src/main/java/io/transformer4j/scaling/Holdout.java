package io.transformer4j.scaling;

import io.transformer4j.progress.ProgressListener;
import java.util.Comparator;
import java.util.List;

/**
 * Extrapolation put to the test: a law fitted to the smaller runs predicts the largest ones.
 *
 * @param law fitted without the largest runs
 * @param fittedMaxCompute the most compute of a run that was fitted, in FLOPs
 * @param minCompute the least compute of a run that was predicted, in FLOPs
 * @param maxCompute the most compute of a run that was predicted, in FLOPs
 * @param error of the predictions
 * @param predictions one for each held-out run, those with the least compute first
 */
public record Holdout(
        ChinchillaLaw law,
        double fittedMaxCompute,
        double minCompute,
        double maxCompute,
        GoodnessOfFit error,
        List<Prediction> predictions) {

    /**
     * A run that wasn't fitted.
     *
     * @param predicted loss
     * @param relativeError (predicted − measured) / measured
     */
    public record Prediction(Observation run, double predicted, double relativeError) {

        private static Prediction of(ChinchillaLaw law, Observation run) {
            double predicted = law.loss(run.parameters(), run.tokens());
            return new Prediction(run, predicted, predicted / run.loss() - 1);
        }
    }

    /** Runs whose compute differs by less than this factor are one band, which isn't divided. */
    private static final double SAME_BAND = 1.1;

    /**
     * Holds out the given part of the runs, those with the most compute, and the rest of the band the last of them lies in.
     *
     * @param part of the runs, in (0, 0.5]
     * @throws ScalingException if the remaining runs are too few or give no law
     */
    public static Holdout largest(
            List<Observation> runs,
            double part,
            double delta,
            List<Start> starts,
            int threads,
            ProgressListener progress) {
        if (!(part > 0 && part <= 0.5)) {
            throw new IllegalArgumentException(
                    "the part to hold out (%s) must be above 0 and at most 0.5".formatted(part));
        }
        List<Observation> byCompute = runs.stream()
                .sorted(Comparator.comparingDouble(Observation::compute))
                .toList();
        int first = byCompute.size() - (int) Math.ceil(part * byCompute.size());
        double band = byCompute.get(Math.min(first, byCompute.size() - 1)).compute() / SAME_BAND;
        while (first > 0 && byCompute.get(first - 1).compute() > band) {
            first--;
        }
        List<Observation> small = byCompute.subList(0, first);
        List<Observation> large = byCompute.subList(first, byCompute.size());
        ChinchillaLaw law =
                ParametricFit.fit(small, delta, starts, threads, progress).law();
        return new Holdout(
                law,
                small.get(small.size() - 1).compute(),
                large.get(0).compute(),
                large.get(large.size() - 1).compute(),
                GoodnessOfFit.of(law, large),
                large.stream().map(run -> Prediction.of(law, run)).toList());
    }
}
