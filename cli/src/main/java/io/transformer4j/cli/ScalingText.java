package io.transformer4j.cli;

import io.transformer4j.scaling.Allocation;
import io.transformer4j.scaling.Estimate;
import io.transformer4j.scaling.Holdout;
import io.transformer4j.scaling.Interval;
import io.transformer4j.scaling.ModelShape;
import io.transformer4j.scaling.OptimalScaling;
import io.transformer4j.scaling.ScalingFit;
import io.transformer4j.scaling.ScalingFit.Part;
import io.transformer4j.scaling.TrainingPlan;
import io.transformer4j.scaling.TrainingPlan.InferenceOptimum;
import io.transformer4j.scaling.TrainingPlan.SmallerModel;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Fits and plans as text for a terminal. */
final class ScalingText {

    private final StringBuilder text = new StringBuilder();

    private ScalingText() {}

    static String fit(ScalingFit fit) {
        ScalingText page = new ScalingText();
        double percent = 100 * fit.options().level();
        page.line("L(N, D) = E + A/N^alpha + B/D^beta by Huber loss on ln L (approach 3), %d runs", fit.runs());
        page.line(
                "objective %.9g (sum over runs), reached from %d of %d starts",
                fit.parametric().objective(),
                fit.parametric().startsAtMinimum(),
                fit.parametric().starts());
        page.estimates(percent, fit.estimates());
        page.line(
                "bootstrap: %,d resamples, seed %d, %d without a fit",
                fit.options().bootstrap().resamples(), fit.options().bootstrap().seed(), fit.failedResamples());
        page.line(
                "fit: R² of ln L %.5f, typical error %.2f %%, mean %.2f %%, largest %.2f %%",
                fit.goodness().rSquared(),
                100 * fit.goodness().rmse(),
                100 * fit.goodness().meanRelativeError(),
                100 * fit.goodness().maxRelativeError());
        page.holdout(fit.holdout());
        page.optimal(
                "Approach 1: minimum over training curves",
                percent,
                fit.curveEnvelope(),
                fit.curveEnvelope().value());
        page.optimal(
                "Approach 2: isoFLOP parabolas",
                percent,
                fit.isoFlop(),
                fit.isoFlop().value() == null ? null : fit.isoFlop().value().scaling());
        page.line("");
        page.line("Kaplan's L(N) = (N_c/N)^alpha_N, L(D), L(C), through the best runs");
        page.reasonOr(fit.kaplan(), percent);
        return page.text.toString();
    }

    static String plan(TrainingPlan plan) {
        ScalingText page = new ScalingText();
        double percent = 100 * plan.level();
        page.line("Plan for %s by the law of %s", plan.budget(), plan.law());
        plan.warnings().forEach(warning -> page.line("warning: %s", warning));
        page.line("");
        page.line("compute-optimal%42s", interval(percent));
        page.row("  parameters N", number(plan.optimum().parameters()), plan.parametersInterval());
        page.row("  tokens D", number(plan.optimum().tokens()), plan.tokensInterval());
        page.row(
                "  tokens per parameter",
                String.format(Locale.ROOT, "%.1f", plan.optimum().tokensPerParameter()),
                null);
        page.row("  loss (nats per token)", loss(plan.optimum().loss()), null);
        page.line("");
        ModelShape shape = plan.shape();
        page.line("train");
        page.line(
                "  model                   n_layer %d, n_embd %d, n_head %d, vocab_size %,d, n_positions %,d",
                shape.nLayer(), shape.nEmbd(), shape.nHead(), shape.vocabSize(), shape.nPositions());
        page.line(
                "  parameters              %s (%s without embeddings)",
                number((double) plan.shapeParameters()), number((double) shape.nonEmbeddingParameters()));
        page.line(
                "  steps                   %,d of %,d sequences, %,d tokens each",
                plan.steps(), plan.batchSequences(), plan.batchTokens());
        page.line("  learning rate           %.2g at its peak", plan.learningRate());
        page.line("  tokens                  %s", number(plan.planned().tokens()));
        page.line(
                "  compute                 %.3g FLOPs as 6ND, %.3g exact",
                plan.planned().compute(), plan.trainingFlops());
        page.line(
                "  memory (float32)        %s for weights, gradients and AdamW, %s of activations a sequence",
                bytes(plan.stateBytes()), bytes(plan.activationBytesPerSequence()));
        page.row("  loss (nats per token)", loss(plan.planned().loss()), plan.lossInterval());
        page.line(
                "                          with %.2f times the compute that is needed for this loss",
                plan.computeFactor());
        page.smallerModels(plan);
        if (plan.inference() != null) {
            page.inference(plan.inference());
        }
        return page.text.toString();
    }

    private void smallerModels(TrainingPlan plan) {
        line("");
        line(
                "smaller models, trained to the loss of the optimum (%s)",
                loss(plan.optimum().loss()));
        line("  %8s %12s %12s %16s", "of N", "parameters", "tokens", "compute");
        for (SmallerModel model : plan.smallerModels()) {
            if (Double.isFinite(model.tokens())) {
                line(
                        "  %6.0f %% %12s %12s %14.2f ×",
                        100 * model.fraction(),
                        number(model.parameters()),
                        number(model.tokens()),
                        model.computeFactor());
            } else {
                line(
                        "  %6.0f %% %12s  too small: no amount of data is enough",
                        100 * model.fraction(), number(model.parameters()));
            }
        }
        line("  below %s no amount of data is enough", number(plan.criticalParameters()));
    }

    private void inference(InferenceOptimum inference) {
        Allocation model = inference.model();
        line("");
        line("cheapest model of that loss for %s served tokens", number(inference.servedTokens()));
        line(
                "  %s parameters on %s tokens (%.1f a parameter): %.3g FLOPs training, %.3g in use, %.1f %% less in total",
                number(model.parameters()),
                number(model.tokens()),
                model.tokensPerParameter(),
                inference.trainingFlops(),
                inference.inferenceFlops(),
                100 * inference.saving());
    }

    private void holdout(Part<Holdout> part) {
        Holdout holdout = part.value();
        if (holdout == null) {
            line("held out: %s", part.reason());
            return;
        }
        line(
                "held out: the %d runs from %.3g to %.3g FLOPs, predicted from those up to %.3g: mean error %.2f %%, largest %.2f %%, bias %+.2f %%",
                holdout.error().runs(),
                holdout.minCompute(),
                holdout.maxCompute(),
                holdout.fittedMaxCompute(),
                100 * holdout.error().meanRelativeError(),
                100 * holdout.error().maxRelativeError(),
                100 * holdout.error().bias());
    }

    private void optimal(String title, double percent, Part<?> part, @Nullable OptimalScaling scaling) {
        line("");
        line(
                "%s: N_opt ~ C^a, D_opt ~ C^b%s",
                title,
                scaling == null ? "" : ", %d points".formatted(scaling.points().size()));
        reasonOr(part, percent);
    }

    private void reasonOr(Part<?> part, double percent) {
        if (part.value() == null) {
            line("  not fitted: %s", part.reason());
        } else {
            estimates(percent, part.estimates());
        }
    }

    private void estimates(double percent, List<Estimate> estimates) {
        line("  %-8s %14s %14s   %s", "", "value", "std. error", interval(percent));
        for (Estimate estimate : estimates) {
            line(
                    "  %-8s %14.6g %14.3g   %.6g to %.6g",
                    estimate.name(),
                    estimate.value(),
                    estimate.standardError(),
                    estimate.interval().low(),
                    estimate.interval().high());
        }
    }

    private void row(String name, String value, @Nullable Interval interval) {
        line("%-26s%-18s%s", name, value, interval == null || interval.low() == interval.high() ? "" : both(interval));
    }

    private void line(String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values)).append(System.lineSeparator());
    }

    private static String both(Interval interval) {
        boolean losses = interval.high() < 1000;
        return losses
                ? loss(interval.low()) + " to " + loss(interval.high())
                : number(interval.low()) + " to " + number(interval.high());
    }

    private static String interval(double percent) {
        return BigDecimal.valueOf(percent)
                        .setScale(2, RoundingMode.HALF_EVEN)
                        .stripTrailingZeros()
                        .toPlainString() + " % interval";
    }

    private static String loss(double value) {
        return String.format(Locale.ROOT, "%.4f", value);
    }

    /** {@code 1.23 B} for 1.23e9. */
    private static String number(double value) {
        String[] units = {"", " K", " M", " B", " T"};
        int unit = 0;
        double scaled = value;
        while (scaled >= 999.5 && unit < units.length - 1) {
            scaled /= 1000;
            unit++;
        }
        return scaled >= 999.5
                ? String.format(Locale.ROOT, "%.3g", value)
                : String.format(Locale.ROOT, "%.3g%s", scaled, units[unit]);
    }

    private static String bytes(double value) {
        return value >= 1 << 30
                ? String.format(Locale.ROOT, "%.1f GiB", value / (1 << 30))
                : String.format(Locale.ROOT, "%.1f MiB", value / (1 << 20));
    }
}
