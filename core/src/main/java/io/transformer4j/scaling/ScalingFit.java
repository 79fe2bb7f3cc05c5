package io.transformer4j.scaling;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.transformer4j.progress.ProgressListener;
import io.transformer4j.scaling.Bootstrap.Draws;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a table of runs says about scaling: the three approaches of Hoffmann et al. 2022, the forms of Kaplan et al. 2020, how
 * sure each number is and how well the law extrapolates.
 *
 * @param options it was made with
 * @param runs their number
 * @param parametric approach 3
 * @param goodness of approach 3, on the runs it was fitted to
 * @param estimates E, A, B, α, β and the exponents a of N_opt ∝ C^a and b of D_opt ∝ C^b
 * @param failedResamples of the bootstrap of approach 3
 * @param curveEnvelope approach 1, which needs training curves
 * @param isoFlop approach 2, which needs several sizes at the same compute
 * @param kaplan L(N), L(D), L(C)
 * @param holdout prediction of the largest runs from the others
 * @param draws of the bootstrap of approach 3
 */
public record ScalingFit(
        Options options,
        int runs,
        ParametricFit.Result parametric,
        GoodnessOfFit goodness,
        List<Estimate> estimates,
        int failedResamples,
        Part<OptimalScaling> curveEnvelope,
        Part<IsoFlopProfiles.Result> isoFlop,
        Part<KaplanLaws> kaplan,
        Part<Holdout> holdout,
        @JsonIgnore List<ChinchillaLaw> draws) {

    /**
     * How to fit.
     *
     * @param parameterCount what N counts
     * @param delta δ of the Huber loss
     * @param level of the intervals, e.g. 0.95
     * @param heldOutPart part of the runs to predict, those with the most compute; 0 for no such test
     */
    public record Options(
            ParameterCount parameterCount, double delta, double level, double heldOutPart, Bootstrap bootstrap) {

        /** As Besiroglu et al. 2024: 4,000 resamples, 95 % intervals; and a tenth of the runs held out. */
        public static Options standard() {
            int threads = Runtime.getRuntime().availableProcessors();
            return new Options(ParameterCount.TOTAL, ParametricFit.DELTA, 0.95, 0.1, new Bootstrap(4000, 42, threads));
        }

        /** Checks the ranges. */
        public Options {
            Checks.positive("delta", delta);
            if (!(level > 0 && level < 1)) {
                throw new IllegalArgumentException("level (%s) must lie between 0 and 1, e.g. 0.95".formatted(level));
            }
            if (!(heldOutPart >= 0 && heldOutPart <= 0.5)) {
                throw new IllegalArgumentException(
                        "the part of the runs to hold out (%s) must lie between 0 and 0.5".formatted(heldOutPart));
            }
        }
    }

    /**
     * A part of the fit that some tables don't allow.
     *
     * @param value null if it couldn't be had
     * @param estimates its numbers with intervals
     * @param reason why it couldn't be had, in a sentence; empty if it could
     */
    public record Part<T>(@Nullable T value, List<Estimate> estimates, String reason) {

        private static <T> Part<T> attempt(Supplier<Part<T>> fit) {
            try {
                return fit.get();
            } catch (ScalingException e) {
                return missing(e.getMessage());
            }
        }

        private static <T> Part<T> missing(String reason) {
            return new Part<>(null, List.of(), reason);
        }
    }

    /**
     * Fits everything.
     *
     * @param runs finished ones, with N counted as {@code options} says
     * @param curves of training; may be empty
     * @throws ScalingException if approach 3 can't be fitted
     */
    public static ScalingFit of(
            List<Observation> runs, List<TrainingCurve> curves, Options options, ProgressListener progress) {
        Bootstrap bootstrap = options.bootstrap;
        double delta = options.delta;
        List<Start> starts = Start.grid();
        ParametricFit.Result fit = ParametricFit.fit(runs, delta, starts, bootstrap.threads(), progress);
        Draws<ChinchillaLaw> draws = bootstrap.run(
                runs, drawn -> ParametricFit.refit(drawn, delta, fit.law()), progress, "bootstrap of L(N, D)");
        return new ScalingFit(
                options,
                runs.size(),
                fit,
                GoodnessOfFit.of(fit.law(), runs),
                estimates(fit.law(), draws, options.level),
                draws.failures(),
                curves.isEmpty()
                        ? Part.missing("approach 1 needs training curves, and none were given")
                        : Part.attempt(() -> curveEnvelope(curves, options, progress)),
                Part.attempt(() -> isoFlop(runs, options, progress)),
                Part.attempt(() -> kaplan(runs, options, progress)),
                options.heldOutPart == 0
                        ? Part.missing("no runs were held out")
                        : Part.attempt(() -> new Part<>(
                                Holdout.largest(
                                        runs, options.heldOutPart, delta, starts, bootstrap.threads(), progress),
                                List.of(),
                                "")),
                draws.draws());
    }

    /** The law for later use. */
    public FittedLaw fittedLaw(String source, List<Observation> fitted) {
        return FittedLaw.of(source, parametric.law(), options.parameterCount, fitted, draws);
    }

    /** Everything but the draws, as indented JSON. */
    public String toJson() {
        return Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(this);
    }

    private static List<Estimate> estimates(ChinchillaLaw law, Draws<ChinchillaLaw> draws, double level) {
        return List.of(
                draws.estimate("E", law, level, ChinchillaLaw::e),
                draws.estimate("A", law, level, ChinchillaLaw::a),
                draws.estimate("B", law, level, ChinchillaLaw::b),
                draws.estimate("alpha", law, level, ChinchillaLaw::alpha),
                draws.estimate("beta", law, level, ChinchillaLaw::beta),
                draws.estimate("a", law, level, ChinchillaLaw::parametersExponent),
                draws.estimate("b", law, level, ChinchillaLaw::tokensExponent));
    }

    private static Part<OptimalScaling> curveEnvelope(
            List<TrainingCurve> curves, Options options, ProgressListener progress) {
        OptimalScaling scaling = CurveEnvelope.fit(curves);
        Draws<OptimalScaling> draws =
                options.bootstrap.run(curves, CurveEnvelope::fit, progress, "bootstrap of approach 1");
        return new Part<>(scaling, exponents(scaling, draws, options.level), "");
    }

    private static Part<IsoFlopProfiles.Result> isoFlop(
            List<Observation> runs, Options options, ProgressListener progress) {
        IsoFlopProfiles.Result result = IsoFlopProfiles.fit(runs);
        Draws<OptimalScaling> draws =
                options.bootstrap.run(runs, IsoFlopProfiles::refit, progress, "bootstrap of approach 2");
        return new Part<>(result, exponents(result.scaling(), draws, options.level), "");
    }

    private static List<Estimate> exponents(OptimalScaling scaling, Draws<OptimalScaling> draws, double level) {
        return List.of(
                draws.estimate("a", scaling, level, one -> one.parameters().exponent()),
                draws.estimate("b", scaling, level, one -> one.tokens().exponent()));
    }

    private static Part<KaplanLaws> kaplan(List<Observation> runs, Options options, ProgressListener progress) {
        KaplanLaws laws = KaplanLaws.fit(runs);
        Draws<KaplanLaws> draws = options.bootstrap.run(runs, KaplanLaws::fit, progress, "bootstrap of Kaplan's laws");
        double level = options.level;
        return new Part<>(
                laws,
                List.of(
                        draws.estimate(
                                "alpha_N",
                                laws,
                                level,
                                law -> -law.byParameters().exponent()),
                        draws.estimate(
                                "N_c", laws, level, law -> law.byParameters().unitPoint()),
                        draws.estimate(
                                "alpha_D", laws, level, law -> -law.byTokens().exponent()),
                        draws.estimate("D_c", laws, level, law -> law.byTokens().unitPoint()),
                        draws.estimate(
                                "alpha_C", laws, level, law -> -law.byCompute().exponent()),
                        draws.estimate(
                                "C_c", laws, level, law -> law.byCompute().unitPoint())),
                "");
    }
}
