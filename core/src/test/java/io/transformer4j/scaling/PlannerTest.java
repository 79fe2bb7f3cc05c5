package io.transformer4j.scaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.transformer4j.scaling.Planner.Settings;
import io.transformer4j.scaling.TrainingPlan.InferenceOptimum;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import javax.imageio.ImageIO;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlannerTest {

    private static final Settings GPT2 = new Settings(50_257, 1024, null, null, 0.95);

    @TempDir
    private Path folder;

    @Test
    void aPlanSpendsTheBudget() {
        TrainingPlan plan = new Planner(FittedLaw.chinchilla(), GPT2).plan(new Budget.Flops(1e21));

        assertThat(plan.optimum().compute()).isCloseTo(1e21, within(1e12));
        assertThat(plan.optimum().tokensPerParameter()).isBetween(15.0, 30.0);
        assertThat((double) plan.shapeParameters())
                .isCloseTo(
                        plan.optimum().parameters(),
                        within(0.03 * plan.optimum().parameters()));
        assertThat(plan.planned().compute()).isCloseTo(1e21, within(1e18));
        assertThat(plan.planned().tokens()).isEqualTo((double) plan.steps() * plan.batchTokens());
        assertThat(plan.planned().loss()).isCloseTo(plan.optimum().loss(), within(1e-3));
        assertThat(plan.lossInterval())
                .matches(interval -> interval.contains(plan.planned().loss()));
        assertThat(plan.parametersInterval())
                .matches(interval -> interval.contains(plan.optimum().parameters()));
        assertThat(plan.warnings()).isEmpty();
        assertThat(plan.trainingFlops() / plan.planned().compute()).isBetween(0.95, 1.2);
    }

    @Test
    void everyKindOfBudgetIsUnderstood() {
        Planner planner = new Planner(FittedLaw.chinchilla(), GPT2);

        assertThat(Budget.ofGpuHours("1000@150TFLOPs")).isEqualTo(new Budget.Flops(1000 * 3600.0 * 150e12));
        assertThat(Budget.ofGpuHours(" 1e3@1.5e2tflop/s ")).isEqualTo(Budget.ofGpuHours("1000@150TFLOPs"));
        assertThat(planner.plan(new Budget.Tokens(2e10)).planned().tokens()).isCloseTo(2e10, within(2e7));
        assertThat((double) planner.plan(new Budget.Parameters(1.5e9)).shapeParameters())
                .isCloseTo(1.5e9, within(0.03e9));
    }

    /** Of C = 6ND any two are the same training. */
    @Test
    void aGivenTrainingIsForetoldAndComparedWithTheBestOne() {
        Planner planner = new Planner(FittedLaw.chinchilla(), GPT2);
        Budget overtrained = new Budget.ModelAndTokens(3.5e8, 1e11);

        TrainingPlan plan = planner.plan(overtrained);

        assertThat(plan.budget()).isEqualTo("3.50e+08 parameters on 1.00e+11 tokens");
        assertThat((double) plan.shapeParameters()).isCloseTo(3.5e8, within(0.03 * 3.5e8));
        assertThat(plan.planned().tokens()).isCloseTo(1e11, within(1e7));
        assertThat(plan.optimum().compute()).isCloseTo(2.1e20, within(1e11));
        assertThat(plan.planned().loss()).isGreaterThan(plan.optimum().loss());
        assertThat(plan.lossInterval())
                .matches(interval -> interval.contains(plan.planned().loss()));
        assertThat(plan.computeFactor()).isGreaterThan(1.5);
        double least = plan.planned().compute() / plan.computeFactor();
        assertThat(FittedLaw.chinchilla().law().optimalForCompute(least).loss())
                .isCloseTo(plan.planned().loss(), within(1e-9));
        assertThat(planner.plan(new Budget.Flops(2.1e20)).computeFactor()).isBetween(1.0, 1.01);
        assertThat(new Budget.Flops(2.1e20).forParameters(3.5e8)).isEqualTo(overtrained);
        assertThat(new Budget.Flops(2.1e20).forTokens(1e11)).isEqualTo(overtrained);
    }

    @Test
    void budgetsOutOfRangeAreRefused() {
        for (double flops : new double[] {-1, 0, 1e8, 1e31, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> new Budget.Flops(flops))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("the compute budget (%s) must lie between 1e+09 and 1e+30 FLOPs".formatted(flops));
        }
        assertThatThrownBy(() -> new Budget.Tokens(10)).hasMessageContaining("training tokens (10.0)");
        assertThatThrownBy(() -> new Budget.Parameters(1e16)).hasMessageContaining("parameters (1.0E16)");
        assertThatThrownBy(() -> new Budget.ModelAndTokens(1e9, 10)).hasMessageContaining("training tokens (10.0)");
        assertThatThrownBy(() -> new Budget.ModelAndTokens(-1, 1e9)).hasMessageContaining("parameters (-1.0)");
        assertThatThrownBy(() -> Budget.ofGpuHours("1000")).hasMessageContaining("1000@150TFLOPs, not '1000'");
        assertThatThrownBy(() -> Budget.ofGpuHours("1.2.3@4TFLOPs")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Planner(FittedLaw.chinchilla(), GPT2).plan(new Budget.Flops(1e13)))
                .hasMessageContaining("no model has about");
    }

    @Test
    void farFromTheRunsThePlanWarns() {
        TrainingPlan plan = new Planner(FittedLaw.chinchilla(), GPT2).plan(new Budget.Flops(1e25));

        assertThat(plan.warnings()).singleElement().asString().contains("2.9 orders of magnitude above");
    }

    @Test
    void smallerModelsCostMoreUntilTheyCannotReachTheLoss() {
        TrainingPlan plan = new Planner(FittedLaw.chinchilla(), GPT2).plan(new Budget.Flops(1e21));

        assertThat(plan.smallerModels())
                .extracting(TrainingPlan.SmallerModel::computeFactor)
                .isSorted()
                .first()
                .matches(factor -> factor > 1 && factor < 1.1);
        assertThat(plan.criticalParameters())
                .isBetween(
                        0.1 * plan.optimum().parameters(), 0.2 * plan.optimum().parameters());
    }

    /** The optimum is no worse than models around it, and a served token less is never a larger model. */
    @Property(tries = 100)
    void theModelCheapestOverItsLife(@ForAll @DoubleRange(min = 8, max = 15) double exponent) {
        double served = Math.pow(10, exponent);
        FittedLaw fitted = FittedLaw.chinchilla();
        TrainingPlan plan =
                new Planner(fitted, new Settings(50_257, 1024, null, served, 0.95)).plan(new Budget.Flops(1e21));
        InferenceOptimum best = Objects.requireNonNull(plan.inference());
        double total = best.trainingFlops() + best.inferenceFlops();

        assertThat(best.saving()).isBetween(0.0, 1.0);
        assertThat(best.model().parameters()).isLessThanOrEqualTo(plan.optimum().parameters());
        for (double factor : new double[] {0.98, 1.02}) {
            double parameters = best.model().parameters() * factor;
            double tokens = fitted.law().tokensForLoss(parameters, best.model().loss());
            assertThat(6 * parameters * tokens + 2 * parameters * served).isGreaterThan(total * (1 - 1e-6));
        }
    }

    @Test
    void shapesOfKnownModels() {
        ModelShape small = new ModelShape(12, 768, 12, 50_257, 1024);
        assertThat(small.parameters()).isEqualTo(124_439_808L);
        assertThat(ModelShape.nearest(124_439_808, ParameterCount.TOTAL, 50_257, 1024))
                .isEqualTo(small);
        assertThat(new ModelShape(48, 1600, 25, 50_257, 1024).parameters()).isEqualTo(1_557_611_200L);
        // 6N counts each parameter once: exact FLOPs add attention and the tied embedding's second use, and skip the
        // look-ups.
        double attention = 3.0 * 12 * 4 * 1024 * 768;
        double products = 6.0 * (12L * 12 * 768 * 768 + 50_257L * 768);
        assertThat(small.trainingFlopsPerToken()).isEqualTo(attention + products);
    }

    @Property(tries = 200)
    void aShapeIsNearWhateverIsAsked(@ForAll @DoubleRange(min = 7.5, max = 12) double exponent) {
        double parameters = Math.pow(10, exponent);

        ModelShape shape = ModelShape.nearest(parameters, ParameterCount.TOTAL, 50_257, 1024);

        assertThat((double) shape.parameters()).isCloseTo(parameters, within((exponent < 9 ? 0.2 : 0.05) * parameters));
    }

    @Test
    void plansAndLawsAreFiles() throws IOException {
        FittedLaw fitted = FittedLaw.chinchilla();
        Path law = folder.resolve("law.json");
        fitted.write(law);
        assertThat(FittedLaw.read(law)).isEqualTo(fitted);

        TrainingPlan plan =
                new Planner(fitted, new Settings(50_257, 1024, 1L << 19, 1e12, 0.8)).plan(new Budget.Flops(1e21));
        assertThat(plan.batchTokens()).isEqualTo(1L << 19);
        assertThat(plan.toJson()).contains("\"n_embd\"").contains("\"served_tokens\"");
        Path picture = Path.of("target", "charts", "plan.png");
        ScalingCharts.plan(picture, "Plan", fitted.law(), plan);
        assertThat(ImageIO.read(picture.toFile()).getWidth()).isEqualTo(1200);
    }

    @Test
    void aFileThatIsNoLawIsNamed() throws IOException {
        Path law = folder.resolve("law.json");
        Files.writeString(law, "{\"law\": {\"e\": -1}}");

        assertThatThrownBy(() -> FittedLaw.read(law))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(law + ": not a law written by 't4j scaling fit'");
    }

    @Test
    void settingsAreChecked() {
        assertThatThrownBy(() -> new Settings(50_257, 1024, 512L, null, 0.95))
                .hasMessage("the batch (512 tokens) must hold at least one sequence (1024 tokens)");
        assertThatThrownBy(() -> new Settings(50_257, 1024, null, Double.NaN, 0.95))
                .hasMessage("served tokens must be a positive finite number, but is NaN");
        assertThat(List.of(0.0, 1.0))
                .allSatisfy(level -> assertThatThrownBy(() -> new Settings(50_257, 1024, null, null, level))
                        .hasMessageContaining("level"));
    }
}
