package io.transformer4j.scaling;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.hipparchus.exception.MathRuntimeException;
import org.hipparchus.stat.regression.OLSMultipleLinearRegression;

/**
 * Approach 2 of Hoffmann et al. 2022: at each of several budgets, a parabola of the loss over ln N, whose minimum is N_opt.
 *
 * <p>A loss surface is not symmetric around its minimum, so parabolas over a wide range of sizes are biased; compare with {@link
 * ParametricFit}.
 */
public final class IsoFlopProfiles {

    /** Fewer sizes than that leave nothing to judge a parabola by. */
    static final int MIN_SIZES = 5;
    /** In a bootstrap resample some runs of a budget are drawn twice and others not at all; three sizes alone would be met exactly. */
    private static final int MIN_SIZES_OF_RESAMPLE = 4;
    /** Runs belong to one budget if their compute lies within this factor. */
    static final double BAND = 1.15;

    /**
     * The runs of one budget.
     *
     * @param compute geometric mean of the runs', in FLOPs
     * @param c0 constant term of loss = c₀ + c₁·ln N + c₂·(ln N)²
     * @param c1 linear term
     * @param c2 quadratic term, positive
     * @param optimum the parabola's minimum, among the runs' sizes
     */
    public record Profile(
            double compute, List<Observation> runs, double c0, double c1, double c2, OptimalPoint optimum) {}

    /**
     * The result.
     *
     * @param scaling power laws through the minima
     */
    public record Result(List<Profile> profiles, OptimalScaling scaling) {}

    private IsoFlopProfiles() {}

    /**
     * Finds the budgets among the runs and fits.
     *
     * @throws ScalingException if fewer than three budgets have a minimum among their sizes
     */
    public static Result fit(List<Observation> runs) {
        return fit(runs, MIN_SIZES);
    }

    /** Fits to runs that were drawn from others with replacement. */
    static OptimalScaling refit(List<Observation> drawn) {
        return fit(drawn, MIN_SIZES_OF_RESAMPLE).scaling();
    }

    private static Result fit(List<Observation> runs, int minSizes) {
        List<Profile> profiles = bands(runs, minSizes).stream()
                .map(IsoFlopProfiles::profile)
                .flatMap(Optional::stream)
                .toList();
        if (profiles.size() < 3) {
            throw new ScalingException(
                    "only %d budgets have %d sizes or more with the lowest loss in between: isoFLOP profiles need at least 3"
                            .formatted(profiles.size(), minSizes));
        }
        return new Result(
                profiles,
                OptimalScaling.fit(profiles.stream().map(Profile::optimum).toList()));
    }

    /** Takes the window of compute that holds the most sizes, then the next of the remaining runs, while they hold enough. */
    private static List<List<Observation>> bands(List<Observation> runs, int minSizes) {
        List<Observation> left = new ArrayList<>(runs);
        left.sort(Comparator.comparingDouble(Observation::compute));
        List<List<Observation>> bands = new ArrayList<>();
        while (true) {
            List<Observation> best = List.of();
            for (int from = 0; from < left.size(); from++) {
                double limit = left.get(from).compute() * BAND;
                int to = from;
                while (to < left.size() && left.get(to).compute() <= limit) {
                    to++;
                }
                List<Observation> window = left.subList(from, to);
                if (sizes(window) > sizes(best)) {
                    best = List.copyOf(window);
                }
            }
            if (sizes(best) < minSizes) {
                bands.sort(Comparator.comparingDouble(band -> band.get(0).compute()));
                return bands;
            }
            bands.add(best);
            left.removeAll(best);
        }
    }

    private static long sizes(List<Observation> runs) {
        return runs.stream().mapToDouble(Observation::parameters).distinct().count();
    }

    private static Optional<Profile> profile(List<Observation> runs) {
        double compute = Math.exp(runs.stream()
                .mapToDouble(run -> Math.log(run.compute()))
                .average()
                .orElseThrow());
        // Around the mean of ln N, so that the two columns aren't nearly the same.
        double centre = runs.stream()
                .mapToDouble(run -> Math.log(run.parameters()))
                .average()
                .orElseThrow();
        double[][] x = runs.stream()
                .map(run -> Math.log(run.parameters()) - centre)
                .map(size -> new double[] {size, size * size})
                .toArray(double[][]::new);
        OLSMultipleLinearRegression regression = new OLSMultipleLinearRegression();
        double[] c;
        try {
            regression.newSampleData(
                    runs.stream().mapToDouble(Observation::loss).toArray(), x);
            c = regression.estimateRegressionParameters();
        } catch (MathRuntimeException e) { // a bootstrap resample with too few sizes
            return Optional.empty();
        }
        double vertex = centre - c[1] / (2 * c[2]);
        double parameters = Math.exp(vertex);
        boolean inside = runs.stream().anyMatch(run -> run.parameters() < parameters)
                && runs.stream().anyMatch(run -> run.parameters() > parameters);
        if (!(c[2] > 0) || !inside) {
            return Optional.empty();
        }
        double tokens = compute / (Observation.FLOPS_PER_PARAMETER_AND_TOKEN * parameters);
        OptimalPoint optimum = new OptimalPoint(compute, parameters, tokens, c[0] - c[1] * c[1] / (4 * c[2]));
        return Optional.of(new Profile(
                compute, runs, c[0] - c[1] * centre + c[2] * centre * centre, c[1] - 2 * c[2] * centre, c[2], optimum));
    }
}
