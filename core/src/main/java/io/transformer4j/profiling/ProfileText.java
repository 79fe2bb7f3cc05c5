package io.transformer4j.profiling;

import io.transformer4j.profiling.OperatorProfile.PassProfile;
import io.transformer4j.profiling.StepProfile.MemoryByKind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Profiles as tables of text. */
public final class ProfileText {
    private ProfileText() {}

    /** A table: a title, a row of headings, and rows of cells. */
    public record Table(String title, List<String> headings, List<List<String>> rows) {

        /** The table in columns, the first one flush left. */
        public String text() {
            List<List<String>> all = new ArrayList<>(List.of(headings));
            all.addAll(rows);
            StringBuilder text = new StringBuilder(title).append(System.lineSeparator());
            for (List<String> row : all) {
                for (int column = 0; column < row.size(); column++) {
                    int index = column;
                    int width = all.stream()
                            .mapToInt(one -> one.get(index).length())
                            .max()
                            .orElse(0);
                    String cell = row.get(column);
                    String gap = " ".repeat(width - cell.length());
                    text.append(column == 0 ? "  " + cell + gap : "  " + gap + cell);
                }
                text.append(System.lineSeparator());
            }
            return text.toString();
        }
    }

    /** What was measured, in a sentence or two. */
    public static String summary(StepProfile profile, double formulaFlops) {
        String observed = profile.workers() == 1
                ? "one worker"
                : "worker 0 of " + profile.workers() + ", on its part of the batch";
        return String.format(
                Locale.ROOT,
                "%s, batch %d x %d: %.1f ms a step (%.1f ms without observation), means of %d steps; %s.%n"
                        + "Operators and named phases account for %.1f %% of the step; %.1f GFLOP in its products (%.1f by formula),"
                        + " %.1f %% of the sgemm rate.%n"
                        + "Measured here, each worker while all work: sgemm %.1f GFLOP/s, reading %.1f GB/s, copying %.1f GB/s;"
                        + " arithmetic limits above %.1f operations per byte.%n",
                profile.title(),
                profile.batchSize(),
                profile.length(),
                1e3 * profile.stepSeconds(),
                1e3 * profile.unobservedSeconds(),
                profile.steps(),
                observed,
                100 * profile.accountedFor(),
                profile.flops() / 1e9,
                formulaFlops / profile.workers() / 1e9,
                100 * profile.utilization(),
                profile.peak().flopsPerSecond() / 1e9,
                profile.peak().readBytesPerSecond() / 1e9,
                profile.peak().copyBytesPerSecond() / 1e9,
                profile.peak().ridge());
    }

    /** Time and operations by component. */
    public static Table components(StepProfile profile) {
        List<List<String>> rows = new ArrayList<>();
        double flops = profile.flops();
        double total = 0;
        for (Map.Entry<Component, Double> entry : profile.seconds().entrySet()) {
            Component component = entry.getKey();
            total += entry.getValue();
            rows.add(List.of(
                    component.title(),
                    milliseconds(entry.getValue()),
                    percent(entry.getValue() / profile.stepSeconds()),
                    percent(flops == 0 ? 0 : profile.flops(component) / flops)));
        }
        rows.add(List.of("all", milliseconds(total), percent(total / profile.stepSeconds()), percent(1)));
        return new Table("By component", List.of("", "ms", "of the step", "of the products"), rows);
    }

    /** Time by layer. */
    public static Table layers(StepProfile profile) {
        List<List<String>> rows = new ArrayList<>();
        profile.secondsByLayer()
                .forEach((layer, seconds) ->
                        rows.add(List.of(layer, milliseconds(seconds), percent(seconds / profile.stepSeconds()))));
        return new Table("By layer", List.of("", "ms", "of the step"), rows);
    }

    /** Each operator and pass, the same operators of all layers together: by formula and measured. */
    public static Table operators(StepProfile profile) {
        Map<String, List<OperatorProfile>> families = new LinkedHashMap<>();
        profile.operators()
                .forEach(operator -> families.computeIfAbsent(
                                operator.family() + " " + operator.cost().label(), key -> new ArrayList<>())
                        .add(operator));
        List<List<String>> rows = new ArrayList<>();
        families.forEach((name, members) -> {
            rows.add(row(
                    name,
                    "forward",
                    sum(members.stream().map(OperatorProfile::forward).toList()),
                    profile));
            rows.add(row(
                    "",
                    "backward",
                    sum(members.stream().map(OperatorProfile::backward).toList()),
                    profile));
        });
        return new Table(
                "By operator, all layers together",
                List.of(
                        "",
                        "pass",
                        "ms",
                        "of step",
                        "GFLOP",
                        "MB",
                        "FLOP/B",
                        "GFLOP/s",
                        "GB/s",
                        "least ms",
                        "of peak",
                        "bound"),
                rows);
    }

    private static PassProfile sum(List<PassProfile> passes) {
        return new PassProfile(
                passes.stream().mapToDouble(PassProfile::seconds).sum(),
                passes.stream().mapToDouble(PassProfile::flops).sum(),
                passes.stream().mapToDouble(PassProfile::bytes).sum());
    }

    private static List<String> row(String name, String pass, PassProfile sum, StepProfile profile) {
        MachinePeak peak = profile.peak();
        boolean timed = sum.seconds() > 0;
        return List.of(
                name,
                pass,
                milliseconds(sum.seconds()),
                percent(sum.seconds() / profile.stepSeconds()),
                number(sum.flops() / 1e9),
                number(sum.bytes() / 1e6),
                number(sum.intensity()),
                timed ? number(sum.flops() / sum.seconds() / 1e9) : "-",
                timed ? number(sum.bytes() / sum.seconds() / 1e9) : "-",
                milliseconds(peak.seconds(sum.flops(), sum.bytes())),
                percent(sum.shareOfPeak(peak)),
                sum.bound(peak) == OperatorProfile.Bound.COMPUTE ? "compute" : "bandwidth");
    }

    /** Memory by kind. */
    public static Table memory(StepProfile profile) {
        MemoryByKind memory = profile.memory();
        boolean measured = memory.peak() > 0;
        List<List<String>> rows = List.of(
                List.of("weights", mebibytes(memory.weights()), "-"),
                List.of("gradients", mebibytes(memory.gradients()), "-"),
                List.of("optimizer state", mebibytes(memory.optimizerState()), "-"),
                List.of(
                        "activations after the forward pass",
                        mebibytes(memory.activationFormula()),
                        measured ? mebibytes(memory.activations()) : "-"),
                List.of(
                        "peak above weights and optimizer state",
                        mebibytes(memory.activationFormula() + memory.gradients()),
                        measured ? mebibytes(memory.peak()) : "-"));
        return new Table("Peak memory in MiB", List.of("", "formula", "measured"), rows);
    }

    /** Attention against feed-forward at several lengths, by formula and measured. */
    public static Table crossover(TransformerShape shape, List<StepProfile> profiles) {
        List<List<String>> rows = new ArrayList<>();
        for (StepProfile profile : profiles) {
            double flops = profile.flops(Component.ATTENTION) + profile.flops(Component.FEED_FORWARD);
            Map<Component, Double> seconds = profile.seconds();
            double attention = seconds.getOrDefault(Component.ATTENTION, 0.0);
            double feedForward = seconds.getOrDefault(Component.FEED_FORWARD, 0.0);
            rows.add(List.of(
                    Integer.toString(profile.length()),
                    number((double) profile.length() / shape.hiddenSize()),
                    percent(shape.feedForwardShare(profile.length())),
                    percent(profile.flops(Component.FEED_FORWARD) / flops),
                    percent(feedForward / (attention + feedForward)),
                    milliseconds(attention),
                    milliseconds(feedForward)));
        }
        return new Table(
                crossoverSentence(shape),
                List.of(
                        "length",
                        "of the width",
                        "feed-forward by formula",
                        "counted",
                        "of the measured time",
                        "attention ms",
                        "feed-forward ms"),
                rows);
    }

    /** Where attention overtakes feed-forward. */
    public static String crossoverSentence(TransformerShape shape) {
        double length = shape.crossoverLength();
        return String.format(
                Locale.ROOT,
                "Feed-forward is %.1f %% of a layer's products at length 0 and %.1f %% at the width (%d); attention overtakes it beyond"
                        + " length %,.0f, %.2f times the width (scores and mixture alone: %,.0f, %.2f times)",
                100 * shape.feedForwardShare(0),
                100 * shape.feedForwardShare((double) shape.hiddenSize()),
                shape.hiddenSize(),
                length,
                length / shape.hiddenSize(),
                shape.scoresCrossoverLength(),
                shape.scoresCrossoverLength() / shape.hiddenSize());
    }

    private static String milliseconds(double seconds) {
        return String.format(Locale.ROOT, "%.2f", 1e3 * seconds);
    }

    private static String percent(double part) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * part);
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, value >= 100 ? "%.0f" : value >= 10 ? "%.1f" : "%.2f", value);
    }

    private static String mebibytes(double bytes) {
        return String.format(Locale.ROOT, "%.1f", bytes / (1 << 20));
    }
}
