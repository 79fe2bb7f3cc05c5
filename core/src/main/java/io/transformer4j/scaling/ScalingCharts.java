package io.transformer4j.scaling;

import io.transformer4j.tracking.Charts;
import io.transformer4j.tracking.Charts.Axes;
import io.transformer4j.tracking.Charts.Layer;
import io.transformer4j.tracking.Charts.Series;
import io.transformer4j.tracking.Charts.Style;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** Pictures of a law: isoloss contours, residuals, isoFLOP profiles. */
public final class ScalingCharts {

    private static final int CONTOURS = 14;
    private static final int STEPS = 240;

    /** What one picture shows of the plane of compute and model size. */
    private record Window(double minCompute, double maxCompute, double minParameters, double maxParameters) {

        Window withMargin() {
            return new Window(minCompute / 2, maxCompute * 2, minParameters / 2, maxParameters * 2);
        }

        boolean contains(double compute, double parameters) {
            return compute >= minCompute
                    && compute <= maxCompute
                    && parameters >= minParameters
                    && parameters <= maxParameters;
        }
    }

    private ScalingCharts() {}

    /**
     * Draws the runs, contours of equal predicted loss and the efficient frontier, the cheapest point of each contour (as in Hoffmann et
     * al. 2022, figure 4, left).
     */
    public static void isoloss(Path file, String title, ChinchillaLaw law, List<Observation> runs) throws IOException {
        Window window = new Window(
                        min(runs.stream().mapToDouble(Observation::compute)),
                        max(runs.stream().mapToDouble(Observation::compute)),
                        min(runs.stream().mapToDouble(Observation::parameters)),
                        max(runs.stream().mapToDouble(Observation::parameters)))
                .withMargin();
        List<Layer> layers = contours(law, window);
        layers.add(frontier(law, window));
        layers.add(new Layer(
                new Series(
                        "runs",
                        runs.stream().map(Observation::compute).toList(),
                        runs.stream().map(Observation::parameters).toList()),
                Style.POINTS));
        Charts.layers(file, axes(title), layers);
    }

    /** Draws where a plan lies among the contours of its law, with the smaller models that reach the same loss. */
    public static void plan(Path file, String title, ChinchillaLaw law, TrainingPlan plan) throws IOException {
        Allocation optimum = plan.optimum();
        double compute = optimum.compute();
        Window window = new Window(compute / 300, compute * 30, optimum.parameters() / 30, optimum.parameters() * 30);
        List<Layer> layers = contours(law, window);
        layers.add(frontier(law, window));
        layers.add(points(
                "plan",
                List.of(new Allocation(
                        plan.planned().parameters(),
                        plan.planned().tokens(),
                        plan.planned().loss()))));
        layers.add(points(
                "smaller models, same loss",
                plan.smallerModels().stream()
                        .map(one -> new Allocation(one.parameters(), one.tokens(), optimum.loss()))
                        .filter(one -> window.contains(one.compute(), one.parameters()))
                        .toList()));
        if (plan.inference() != null) {
            layers.add(points("cheapest over its life", List.of(plan.inference().model())));
        }
        Charts.layers(file, axes(title), layers);
    }

    /** Draws the relative errors of a law over compute; those of runs that weren't fitted in their own colour. */
    public static void residuals(
            Path file, String title, ChinchillaLaw law, List<Observation> fitted, List<Observation> heldOut)
            throws IOException {
        double low = min(DoubleStream.concat(
                fitted.stream().mapToDouble(Observation::compute),
                heldOut.stream().mapToDouble(Observation::compute)));
        double high = max(DoubleStream.concat(
                fitted.stream().mapToDouble(Observation::compute),
                heldOut.stream().mapToDouble(Observation::compute)));
        List<Layer> layers = new ArrayList<>();
        layers.add(new Layer(Series.of("none", new double[] {low, high}, new double[] {0, 0}), Style.HAIRLINE));
        layers.add(residuals("fitted runs", law, fitted));
        layers.add(residuals("held-out runs", law, heldOut));
        Charts.layers(
                file,
                new Axes(title, "training compute C = 6ND (FLOPs)", "predicted − measured loss (%)", true, false),
                layers);
    }

    /** Draws the runs of each budget, their parabola and its minimum. */
    public static void isoFlop(Path file, String title, IsoFlopProfiles.Result result) throws IOException {
        List<Layer> layers = new ArrayList<>();
        for (IsoFlopProfiles.Profile profile : result.profiles()) {
            double low = min(profile.runs().stream().mapToDouble(Observation::parameters));
            double high = max(profile.runs().stream().mapToDouble(Observation::parameters));
            double[] sizes = logSpaced(low, high, STEPS);
            layers.add(new Layer(
                    Series.of(
                            String.format(Locale.ROOT, "%.1e", profile.compute()),
                            sizes,
                            map(
                                    sizes,
                                    size -> profile.c0()
                                            + Math.log(size) * (profile.c1() + Math.log(size) * profile.c2()))),
                    Style.CONTOUR));
        }
        List<Observation> runs = result.profiles().stream()
                .flatMap(profile -> profile.runs().stream())
                .toList();
        layers.add(new Layer(
                new Series(
                        "runs",
                        runs.stream().map(Observation::parameters).toList(),
                        runs.stream().map(Observation::loss).toList()),
                Style.POINTS));
        List<OptimalPoint> minima = result.scaling().points();
        layers.add(new Layer(
                new Series(
                        "minimum of each budget",
                        minima.stream().map(OptimalPoint::parameters).toList(),
                        minima.stream().map(OptimalPoint::loss).toList()),
                Style.POINTS));
        Charts.layers(
                file, new Axes(title + ", by FLOPs", "parameters N", "loss (nats per token)", true, false), layers);
    }

    private static Layer residuals(String name, ChinchillaLaw law, List<Observation> runs) {
        return new Layer(
                new Series(
                        name,
                        runs.stream().map(Observation::compute).toList(),
                        runs.stream()
                                .map(run -> 100 * Math.expm1(GoodnessOfFit.residual(law, run)))
                                .toList()),
                Style.POINTS);
    }

    /** Contours through points of the frontier that are evenly spaced in ln C, so that they are evenly spread over the picture. */
    private static List<Layer> contours(ChinchillaLaw law, Window window) {
        List<Layer> layers = new ArrayList<>();
        double[] sizes = logSpaced(window.minParameters, window.maxParameters, STEPS);
        for (double compute : logSpaced(window.minCompute, window.maxCompute, CONTOURS)) {
            double loss = law.optimalForCompute(compute).loss();
            double[] computes = map(sizes, size -> new Allocation(size, law.tokensForLoss(size, loss), loss).compute());
            int[] inside = IntStream.range(0, sizes.length)
                    .filter(i -> window.contains(computes[i], sizes[i]))
                    .toArray();
            if (inside.length > 1) {
                layers.add(new Layer(
                        Series.of(
                                String.format(Locale.ROOT, "%.3f", loss),
                                IntStream.of(inside)
                                        .mapToDouble(i -> computes[i])
                                        .toArray(),
                                IntStream.of(inside).mapToDouble(i -> sizes[i]).toArray()),
                        Style.CONTOUR));
            }
        }
        return layers;
    }

    private static Layer frontier(ChinchillaLaw law, Window window) {
        double[] computes = DoubleStream.of(logSpaced(window.minCompute, window.maxCompute, STEPS))
                .filter(compute ->
                        window.contains(compute, law.optimalForCompute(compute).parameters()))
                .toArray();
        return new Layer(
                Series.of(
                        "efficient frontier",
                        computes,
                        map(computes, compute -> law.optimalForCompute(compute).parameters())),
                Style.LINE);
    }

    private static Layer points(String name, List<Allocation> allocations) {
        return new Layer(
                new Series(
                        name,
                        allocations.stream().map(Allocation::compute).toList(),
                        allocations.stream().map(Allocation::parameters).toList()),
                Style.POINTS);
    }

    private static Axes axes(String title) {
        return new Axes(title, "training compute C = 6ND (FLOPs)", "parameters N", true, true);
    }

    private static double[] logSpaced(double low, double high, int count) {
        return IntStream.range(0, count)
                .mapToDouble(i -> low * Math.pow(high / low, (double) i / (count - 1)))
                .toArray();
    }

    private static double[] map(double[] values, DoubleUnaryOperator function) {
        return DoubleStream.of(values).map(function).toArray();
    }

    private static double min(DoubleStream values) {
        return values.min().orElseThrow();
    }

    private static double max(DoubleStream values) {
        return values.max().orElseThrow();
    }
}
