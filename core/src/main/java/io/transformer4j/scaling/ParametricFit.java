package io.transformer4j.scaling;

import io.transformer4j.progress.ProgressListener;
import io.transformer4j.scaling.Minimizer.Minimum;
import io.transformer4j.scaling.Minimizer.Tolerance;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;

/**
 * Approach 3 of Hoffmann et al. 2022: L(N, D) = E + A/N^α + B/D^β by Huber loss on ln L, from many starts.
 *
 * <p>The objective is the sum over the runs, and a search goes on until its gradient vanishes. Both matter: averaged over the runs and
 * with the usual tolerances of an optimizer the search ends early, which is how the published law came about (Besiroglu et al. 2024).
 *
 * <pre>{@code
 * ParametricFit.Result fit = ParametricFit.fit(runs, ParametricFit.DELTA, Start.grid(), 2, ProgressListener.NONE);
 * double loss = fit.law().loss(70e9, 1.4e12);
 * }</pre>
 */
public final class ParametricFit {

    /** δ of the Huber loss in Hoffmann et al. 2022: residuals of ln L beyond 0.1 % count linearly. */
    public static final double DELTA = 1e-3;

    /** Three more than the law's parameters: fewer runs would leave nothing to judge the fit by. */
    public static final int MIN_RUNS = 8;

    private static final int MIN_DISTINCT = 3;
    /** A minimum: the mean over the runs of the gradient (in units of δ) is below this in each component. */
    private static final double GRADIENT_PER_RUN = 1e-6;
    /** Where the searches aim at; rounding lets them get there nearly always. */
    private static final double TARGET_PER_RUN = 1e-9;
    /** Two searches that end within this relative distance of the objective found the same minimum. */
    private static final double SAME_MINIMUM = 1e-6;
    /** No law of language models is near; a search that goes there has lost a term of the law. */
    private static final double MAX_EXPONENT = 4;
    /** A term below this part of the loss, everywhere in the data, isn't determined by it. */
    private static final double NEGLIGIBLE = 1e-4;

    /**
     * A fitted law.
     *
     * @param objective Σ Huber_δ over the runs, at the minimum
     * @param starts how many searches there were
     * @param startsAtMinimum how many of them ended there
     */
    public record Result(ChinchillaLaw law, double objective, int starts, int startsAtMinimum) {}

    /** How the Huber losses of the runs become one number. */
    public enum Reduction {
        /** Their sum. */
        SUM,
        /** Their mean, as in Hoffmann et al. 2022. */
        MEAN
    }

    /**
     * The end of one search, a minimum or not.
     *
     * @param law as far as the search came
     * @param objective Σ Huber_δ over the runs, whatever was minimized
     * @param converged whether the gradient vanishes there
     */
    public record Search(ChinchillaLaw law, double objective, boolean converged) {}

    private ParametricFit() {}

    /**
     * Fits the law.
     *
     * @param delta δ of the Huber loss, in units of ln L
     * @param threads to search on
     * @throws ScalingException if there are too few runs or the search doesn't end at a law
     */
    public static Result fit(
            List<Observation> runs, double delta, List<Start> starts, int threads, ProgressListener progress) {
        Checks.positive("delta", delta);
        checkEnough(runs);
        List<Minimum> minima = Parallel.map(
                starts, start -> search(runs, delta, start, converged(runs)), threads, progress, "searching");
        Minimum best = minima.stream()
                .filter(minimum -> Double.isFinite(minimum.gradient()))
                .min(Comparator.comparingDouble(Minimum::value))
                .orElseThrow(() -> new ScalingException(
                        "the fit did not converge: none of %d starts led anywhere".formatted(starts.size())));
        double objective = best.value() * delta;
        int atMinimum = (int) minima.stream()
                .filter(minimum -> minimum.value() <= best.value() * (1 + SAME_MINIMUM))
                .count();
        return new Result(law(runs, delta, best), objective, starts.size(), atMinimum);
    }

    /** Fits the law to nearly the same runs again: one search, from the law of the others. */
    public static ChinchillaLaw refit(List<Observation> runs, double delta, ChinchillaLaw near) {
        checkEnough(runs);
        return law(runs, delta, search(runs, delta, Start.at(near), converged(runs)));
    }

    /**
     * One search as an optimizer does it that is handed the objective as printed, neither scaled nor conditioned, and that ends by the
     * two rules of L-BFGS-B in SciPy: no component of the gradient is above {@code gradientTolerance}, or an iteration gains at most
     * {@code functionTolerance}·max(|f|, 1), which here is {@code functionTolerance}. To study what these do to a fit; {@link #fit} has
     * no such rules.
     */
    public static Search searchOnce(
            List<Observation> runs,
            double delta,
            Start start,
            Reduction reduction,
            double functionTolerance,
            double gradientTolerance) {
        HuberObjective objective = new HuberObjective(runs, delta);
        double unit = reduction == Reduction.MEAN ? delta / runs.size() : delta;
        Minimum end = new Minimizer(new AsPrinted(objective, unit))
                .minimize(start.toArray(), new Tolerance(gradientTolerance, functionTolerance));
        double[] gradient = new double[HuberObjective.DIMENSIONS];
        double value = objective.evaluate(objective.centred(end.point()), gradient);
        boolean converged =
                DoubleStream.of(gradient).allMatch(slope -> Math.abs(slope) <= GRADIENT_PER_RUN * runs.size());
        return new Search(lawOf(end.point()), value * delta, converged);
    }

    /** The objective over (ln A, ln B, ln E, α, β) themselves, and in units of its own. */
    private record AsPrinted(HuberObjective objective, double unit) implements Minimizer.Objective {
        @Override
        public int dimensions() {
            return HuberObjective.DIMENSIONS;
        }

        @Override
        public double evaluate(double[] point, double[] gradient) {
            double value = objective.evaluate(objective.centred(point), gradient);
            objective.uncentreGradient(gradient);
            for (int i = 0; i < gradient.length; i++) {
                gradient[i] *= unit;
            }
            return value * unit;
        }
    }

    private static Tolerance converged(List<Observation> runs) {
        return new Tolerance(TARGET_PER_RUN * runs.size(), 0);
    }

    private static Minimum search(List<Observation> runs, double delta, Start start, Tolerance tolerance) {
        HuberObjective objective = new HuberObjective(runs, delta);
        return new Minimizer(objective).minimize(objective.centred(start.toArray()), tolerance);
    }

    private static void checkEnough(List<Observation> runs) {
        if (runs.size() < MIN_RUNS) {
            throw new ScalingException("%d runs are too few to fit the 5 parameters of L(N, D): at least %d are needed"
                    .formatted(runs.size(), MIN_RUNS));
        }
        long sizes =
                runs.stream().mapToDouble(Observation::parameters).distinct().count();
        long amounts = runs.stream().mapToDouble(Observation::tokens).distinct().count();
        if (sizes < MIN_DISTINCT || amounts < MIN_DISTINCT) {
            throw new ScalingException(
                    "the runs have %d model sizes and %d amounts of data: L(N, D) needs at least %d of each"
                            .formatted(sizes, amounts, MIN_DISTINCT));
        }
    }

    /** Refuses what isn't a minimum, and minima at which a term of the law has vanished. */
    private static ChinchillaLaw law(List<Observation> runs, double delta, Minimum minimum) {
        if (!(minimum.gradient() <= GRADIENT_PER_RUN * runs.size())) {
            throw new ScalingException(String.format(
                    Locale.ROOT,
                    "the fit did not converge: the gradient is still %.1e where the search ended",
                    minimum.gradient()));
        }
        double[] logs = new HuberObjective(runs, delta).uncentred(minimum.point());
        double smallestLoss = runs.stream().mapToDouble(Observation::loss).min().orElseThrow();
        checkTerm("E", Math.exp(logs[2]), smallestLoss);
        checkTerm(
                "A/N^α",
                largestTerm(runs.stream().mapToDouble(Observation::parameters), logs[0], logs[3]),
                smallestLoss);
        checkTerm("B/D^β", largestTerm(runs.stream().mapToDouble(Observation::tokens), logs[1], logs[4]), smallestLoss);
        checkExponent("α", logs[3]);
        checkExponent("β", logs[4]);
        return lawOf(logs);
    }

    private static double largestTerm(DoubleStream values, double logScale, double exponent) {
        return values.map(value -> Math.exp(logScale - exponent * Math.log(value)))
                .max()
                .orElseThrow();
    }

    private static void checkTerm(String term, double largest, double loss) {
        if (!(largest > NEGLIGIBLE * loss)) {
            throw new ScalingException(
                    "the fit did not converge: the term %s runs to 0, so these runs don't determine the law"
                            .formatted(term));
        }
    }

    private static void checkExponent(String name, double exponent) {
        if (!(exponent > 0 && exponent < MAX_EXPONENT)) {
            throw new ScalingException(String.format(
                    Locale.ROOT,
                    "the fit did not converge: the exponent %s runs to %.3g, so these runs don't determine the law",
                    name,
                    exponent));
        }
    }

    private static ChinchillaLaw lawOf(double[] logs) {
        return new ChinchillaLaw(Math.exp(logs[2]), Math.exp(logs[0]), Math.exp(logs[1]), logs[3], logs[4]);
    }
}
