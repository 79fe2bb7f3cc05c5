package io.transformer4j.profiling;

import io.transformer4j.profiling.OperatorProfile.PassProfile;
import io.transformer4j.tracking.Charts;
import io.transformer4j.tracking.Charts.Axes;
import io.transformer4j.tracking.Charts.Layer;
import io.transformer4j.tracking.Charts.Series;
import io.transformer4j.tracking.Charts.Stack;
import io.transformer4j.tracking.Charts.Style;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/** Pictures of profiles. */
public final class ProfileCharts {
    private ProfileCharts() {}

    /**
     * Draws the roofline (Williams et al. 2009) of a worker and the operators that multiply, each pass a point. What doesn't multiply has no
     * operations and isn't in the picture.
     */
    public static void roofline(Path file, StepProfile profile) throws IOException {
        List<Layer> layers = new ArrayList<>();
        MachinePeak peak = profile.peak();
        double[] intensities = {peak.ridge() / 100, peak.ridge(), peak.ridge() * 100};
        double[] roof = new double[intensities.length];
        for (int i = 0; i < roof.length; i++) {
            roof[i] = Math.min(peak.flopsPerSecond(), intensities[i] * peak.copyBytesPerSecond()) / 1e9;
        }
        layers.add(new Layer(Series.of("roof: copy bandwidth and sgemm", intensities, roof), Style.LINE));
        for (Component component : List.of(Component.ATTENTION, Component.FEED_FORWARD, Component.HEAD)) {
            points(profile, component, "forward", OperatorProfile::forward, layers);
            points(profile, component, "backward", OperatorProfile::backward, layers);
        }
        Charts.layers(
                file,
                new Axes(
                        String.format(
                                Locale.ROOT,
                                "%s, batch %d × %d: operators under the roof",
                                profile.title(),
                                profile.batchSize(),
                                profile.length()),
                        "operations per byte",
                        "GFLOP/s",
                        true,
                        true),
                layers);
    }

    private static void points(
            StepProfile profile,
            Component component,
            String pass,
            Function<OperatorProfile, PassProfile> of,
            List<Layer> layers) {
        List<PassProfile> passes = profile.operators().stream()
                .filter(operator -> operator.component() == component)
                .map(of)
                .filter(one -> one.flops() > 0 && one.seconds() > 0)
                .toList();
        layers.add(new Layer(
                new Series(
                        component.title() + ", " + pass,
                        passes.stream().map(PassProfile::intensity).toList(),
                        passes.stream()
                                .map(one -> one.flops() / one.seconds() / 1e9)
                                .toList()),
                Style.POINTS));
    }

    /** Draws the components' shares of the step, one bar for each profile, e.g. of several lengths. */
    public static void shares(Path file, List<StepProfile> profiles) throws IOException {
        List<String> bars = profiles.stream()
                .map(profile -> profile.batchSize() + " × " + profile.length())
                .toList();
        List<Stack> stacks = new ArrayList<>();
        for (Component component : Component.values()) {
            stacks.add(new Stack(
                    component.title(),
                    profiles.stream()
                            .map(profile -> share(profile.seconds(), component, profile.stepSeconds()))
                            .toList()));
        }
        Charts.stackedBars(
                file,
                profiles.get(0).title() + ": where the time of a training step goes",
                "% of the step",
                bars,
                stacks);
    }

    private static double share(Map<Component, Double> seconds, Component component, double step) {
        return 100 * seconds.getOrDefault(component, 0.0) / step;
    }
}
