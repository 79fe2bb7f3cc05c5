package io.transformer4j.scaling;

import io.transformer4j.scaling.TrainingPlan.InferenceOptimum;
import io.transformer4j.scaling.TrainingPlan.SmallerModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import org.hipparchus.optim.MaxEval;
import org.hipparchus.optim.nonlinear.scalar.GoalType;
import org.hipparchus.optim.univariate.BrentOptimizer;
import org.hipparchus.optim.univariate.SearchInterval;
import org.hipparchus.optim.univariate.UnivariateObjectiveFunction;
import org.hipparchus.stat.descriptive.rank.Percentile;
import org.jspecify.annotations.Nullable;

/** Turns a law and a budget into a {@link TrainingPlan}. */
public final class Planner {

    private static final double[] FRACTIONS = {0.75, 0.5, 0.35, 0.25, 0.2};
    /** Beyond this factor of the largest fitted compute, the prediction is called an extrapolation. */
    private static final double EXTRAPOLATION = 10;
    /** A forward pass (Kaplan et al. 2020, §2.1). */
    private static final double INFERENCE_FLOPS_PER_PARAMETER_AND_TOKEN = 2;

    /**
     * What else to take into account.
     *
     * @param vocabSize V of the tokenizer
     * @param nPositions sequence length of the training
     * @param batchTokens tokens per optimizer step; null to choose by the compute
     * @param servedTokens to be read or written by the model in use; null if unknown
     * @param level of the intervals, e.g. 0.95
     */
    public record Settings(
            long vocabSize,
            int nPositions,
            @Nullable Long batchTokens,
            @Nullable Double servedTokens,
            double level) {

        /** Checks the ranges. */
        public Settings {
            Checks.positive("vocab_size", vocabSize);
            Checks.positive("n_positions", (long) nPositions);
            if (batchTokens != null && batchTokens < nPositions) {
                throw new IllegalArgumentException("the batch (%d tokens) must hold at least one sequence (%d tokens)"
                        .formatted(batchTokens, nPositions));
            }
            if (servedTokens != null) {
                Checks.positive("served tokens", servedTokens);
            }
            if (!(level > 0 && level < 1)) {
                throw new IllegalArgumentException("level (%s) must lie between 0 and 1, e.g. 0.95".formatted(level));
            }
        }
    }

    private final FittedLaw fitted;
    private final ChinchillaLaw law;
    private final Settings settings;

    /** A planner for models of one tokenizer and sequence length. */
    public Planner(FittedLaw fitted, Settings settings) {
        this.fitted = fitted;
        this.law = fitted.law();
        this.settings = settings;
    }

    /**
     * Plans.
     *
     * @throws IllegalArgumentException if no model is near the size, or it would be trained for less than one step
     */
    public TrainingPlan plan(Budget budget) {
        Allocation optimum = budget.optimum(law);
        ModelShape shape = ModelShape.nearest(
                budget.parametersFor(optimum), fitted.parameterCount(), settings.vocabSize, settings.nPositions);
        double parameters = shape.count(fitted.parameterCount());
        double tokens = budget.tokensFor(parameters, law);
        double compute = Observation.FLOPS_PER_PARAMETER_AND_TOKEN * parameters * tokens;

        long sequences = batchSequences(compute);
        long batchTokens = sequences * settings.nPositions;
        long steps = Math.round(tokens / batchTokens);
        if (steps < 1) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "the budget of %s trains %.0f tokens, less than one batch of %,d: take a smaller batch",
                    budget,
                    tokens,
                    batchTokens));
        }
        Allocation planned = law.allocation(parameters, (double) steps * batchTokens);
        return new TrainingPlan(
                budget.toString(),
                fitted.source(),
                fitted.parameterCount(),
                optimum,
                settings.level,
                interval(draw -> budget.optimum(draw).parameters()),
                interval(draw -> budget.optimum(draw).tokens()),
                shape,
                shape.parameters(),
                planned,
                interval(draw -> draw.loss(planned.parameters(), planned.tokens())),
                planned.compute() / law.optimalForLoss(planned.loss()).compute(),
                batchTokens,
                sequences,
                steps,
                learningRate(compute),
                shape.trainingFlopsPerToken() * planned.tokens(),
                shape.stateBytes(),
                shape.activationBytesPerSequence(),
                DoubleStream.of(FRACTIONS)
                        .mapToObj(fraction -> smallerModel(optimum, fraction))
                        .toList(),
                law.criticalParameters(optimum.loss()),
                settings.servedTokens == null ? null : inferenceOptimum(optimum, settings.servedTokens),
                warnings(planned));
    }

    private @Nullable Interval interval(ToDoubleFunction<ChinchillaLaw> number) {
        if (fitted.draws().isEmpty()) {
            return null;
        }
        Percentile percentile = new Percentile();
        percentile.setData(fitted.draws().stream().mapToDouble(number).toArray());
        double tail = 50 * (1 - settings.level);
        return new Interval(percentile.evaluate(tail), percentile.evaluate(100 - tail));
    }

    /** B_opt = 0.2920·C^0.3271 tokens (Bi et al. 2024, DeepSeek LLM, eq. 1), to the nearest power of two of sequences. */
    private long batchSequences(double compute) {
        if (settings.batchTokens != null) {
            return settings.batchTokens / settings.nPositions;
        }
        double sequences = 0.2920 * Math.pow(compute, 0.3271) / settings.nPositions;
        return 1L << Math.max(0, Math.round(Math.log(sequences) / Math.log(2)));
    }

    /** η_opt = 0.3118·C^−0.1250 (Bi et al. 2024, DeepSeek LLM, eq. 1). */
    private static double learningRate(double compute) {
        return 0.3118 * Math.pow(compute, -0.1250);
    }

    private SmallerModel smallerModel(Allocation optimum, double fraction) {
        double parameters = fraction * optimum.parameters();
        double tokens = law.tokensForLoss(parameters, optimum.loss());
        return new SmallerModel(
                fraction, parameters, tokens, parameters * tokens / (optimum.parameters() * optimum.tokens()));
    }

    /** Smaller models only: a larger one costs more to train and more to use. */
    private InferenceOptimum inferenceOptimum(Allocation optimum, double servedTokens) {
        double low = Math.log(law.criticalParameters(optimum.loss()));
        double high = Math.log(optimum.parameters());
        double parameters = Math.exp(new BrentOptimizer(1e-10, 1e-12)
                .optimize(
                        new MaxEval(1000),
                        GoalType.MINIMIZE,
                        new UnivariateObjectiveFunction(
                                size -> Math.log(lifetimeFlops(Math.exp(size), optimum.loss(), servedTokens))),
                        new SearchInterval(low, high))
                .getPoint());
        Allocation model = new Allocation(parameters, law.tokensForLoss(parameters, optimum.loss()), optimum.loss());
        double total = lifetimeFlops(parameters, optimum.loss(), servedTokens);
        return new InferenceOptimum(
                servedTokens,
                model,
                model.compute(),
                total - model.compute(),
                1 - total / lifetimeFlops(optimum.parameters(), optimum.loss(), servedTokens));
    }

    private double lifetimeFlops(double parameters, double loss, double servedTokens) {
        double training = Observation.FLOPS_PER_PARAMETER_AND_TOKEN * law.tokensForLoss(parameters, loss);
        // At the critical size the tokens are infinite: a large number keeps the search going.
        return Math.min(1e200, parameters * (training + INFERENCE_FLOPS_PER_PARAMETER_AND_TOKEN * servedTokens));
    }

    private List<String> warnings(Allocation planned) {
        List<String> warnings = new ArrayList<>();
        double compute = planned.compute();
        Interval range = fitted.compute();
        if (compute > EXTRAPOLATION * range.high() || compute < range.low() / EXTRAPOLATION) {
            double decades =
                    compute > range.high() ? Math.log10(compute / range.high()) : Math.log10(range.low() / compute);
            warnings.add(String.format(
                    Locale.ROOT,
                    "%.2g FLOPs lie %.1f orders of magnitude %s the runs of the law (%.2g to %.2g): the intervals don't cover that",
                    compute,
                    decades,
                    compute > range.high() ? "above" : "below",
                    range.low(),
                    range.high()));
        }
        return warnings;
    }
}
