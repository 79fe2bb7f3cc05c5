package io.transformer4j.profiling.attention;

import io.transformer4j.attention.AttentionType;
import io.transformer4j.files.AtomicFile;
import io.transformer4j.tracking.Charts;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;
import org.hipparchus.stat.regression.SimpleRegression;

/** What follows from the measurements of a sweep: tables, charts, exponents of growth, and which kernel to take. */
public final class AttentionReport {
    /** Exponents are fitted from this length on: below it, costs that don't grow weigh too much. */
    public static final int FITTED_FROM = 2048;

    /** An approximation must be at least so much faster than the fastest exact kernel to be worth it. */
    private static final double WORTHWHILE = 1.5;

    private static final double MEBIBYTE = 1 << 20;

    private static final String[] COLUMNS = {
        "kernel", "length", "heads", "head_size", "causal", "pass", "seconds", "cpu_seconds", "peak_mib", "repetitions"
    };

    private final List<Measurement> measurements;

    /** A report on measurements in any order. */
    public AttentionReport(List<Measurement> measurements) {
        this.measurements = List.copyOf(measurements);
    }

    /**
     * How a kernel's costs grow with the length {@code n}: as {@code n} to the power of these.
     *
     * @param workload at any length
     * @param time exponent of the time; empty with fewer than three lengths
     * @param memory exponent of the memory; empty with fewer than three lengths
     */
    public record Growth(Workload workload, OptionalDouble time, OptionalDouble memory) {}

    /** Exponents of each kernel, form and pass, by least squares on the logarithms from {@value #FITTED_FROM} tokens on. */
    public List<Growth> growth() {
        return curves().stream()
                .map(curve -> {
                    List<Measurement> longOnes = curve.stream()
                            .filter(one -> one.workload().length() >= FITTED_FROM)
                            .toList();
                    return new Growth(
                            curve.get(0).workload(),
                            exponent(longOnes, Measurement::seconds),
                            exponent(longOnes, one -> one.peakBytes().orElse(0)));
                })
                .toList();
    }

    private static OptionalDouble exponent(List<Measurement> points, ToDoubleFunction<Measurement> cost) {
        SimpleRegression line = new SimpleRegression();
        points.stream()
                .filter(point -> cost.applyAsDouble(point) > 0)
                .forEach(point ->
                        line.addData(Math.log(point.workload().length()), Math.log(cost.applyAsDouble(point))));
        return line.getN() < 3 ? OptionalDouble.empty() : OptionalDouble.of(line.getSlope());
    }

    /** Measurements that differ in nothing but the length, which ascends. */
    private List<List<Measurement>> curves() {
        List<List<Measurement>> curves = new ArrayList<>();
        for (Measurement one : measurements) {
            Optional<List<Measurement>> curve = curves.stream()
                    .filter(known -> known.get(0)
                            .workload()
                            .equals(one.workload()
                                    .withLength(known.get(0).workload().length())))
                    .findFirst();
            curve.orElseGet(() -> {
                        curves.add(new ArrayList<>());
                        return curves.get(curves.size() - 1);
                    })
                    .add(one);
        }
        curves.forEach(curve ->
                curve.sort(Comparator.comparingInt(one -> one.workload().length())));
        return curves;
    }

    /**
     * Which kernel to take at a length.
     *
     * @param chosen one of the other two
     * @param exact the fastest exact kernel
     * @param fastest the fastest of all
     */
    public record Recommendation(Measurement chosen, Measurement exact, Measurement fastest) {}

    /**
     * For each length, form and pass: the fastest exact kernel, unless it takes more than {@value #WORTHWHILE} times as long
     * as the fastest approximation. Where no exact kernel was measured there is no recommendation.
     */
    public List<Recommendation> recommendations() {
        return measurements.stream()
                .map(one -> new Workload(
                        AttentionType.FULL,
                        one.workload().length(),
                        one.workload().heads(),
                        one.workload().headSize(),
                        one.workload().causal(),
                        one.workload().backward()))
                .distinct()
                .flatMap(workload -> recommend(workload).stream())
                .toList();
    }

    private Optional<Recommendation> recommend(Workload any) {
        return fastest(any, AttentionReport::isExact)
                .flatMap(exact -> fastest(any, kernel -> true)
                        .map(best -> new Recommendation(
                                exact.seconds() > WORTHWHILE * best.seconds() ? best : exact, exact, best)));
    }

    private static boolean isExact(AttentionType kernel) {
        return kernel == AttentionType.FULL || kernel == AttentionType.FLASH;
    }

    private Optional<Measurement> fastest(Workload any, Predicate<AttentionType> kernels) {
        return measurements.stream()
                .filter(one -> kernels.test(one.workload().kernel()))
                .filter(one -> one.workload().length() == any.length()
                        && one.workload().headSize() == any.headSize()
                        && one.workload().causal() == any.causal()
                        && one.workload().backward() == any.backward())
                .min(Comparator.comparingDouble(Measurement::seconds));
    }

    /** Writes {@code attention.csv} and, for each form and pass, log-log charts of time and memory into a folder. */
    public void write(Path folder) throws IOException {
        AtomicFile.write(folder.resolve("attention.csv"), out -> {
            Writer writer = new OutputStreamWriter(out, StandardCharsets.UTF_8);
            CSVPrinter csv = new CSVPrinter(writer, CSVFormat.RFC4180);
            csv.printRecord((Object[]) COLUMNS);
            for (Measurement one : measurements) {
                csv.printRecord(row(one));
            }
            csv.flush();
        });
        for (List<List<Measurement>> chart : charts()) {
            Workload kind = chart.get(0).get(0).workload();
            String name = (kind.backward() ? "forward-backward" : "forward")
                    + (kind.causal() ? "-causal" : "")
                    + "-d" + kind.headSize() + ".png";
            String title = String.format(
                    Locale.ROOT,
                    "Attention, %s%s, %d heads of %d",
                    kind.pass(),
                    kind.causal() ? ", causal" : "",
                    kind.heads(),
                    kind.headSize());
            draw(folder.resolve("time-" + name), title, "time (seconds)", chart, Measurement::seconds);
            if (chart.stream()
                    .flatMap(List::stream)
                    .allMatch(one -> one.peakBytes().isPresent())) {
                draw(
                        folder.resolve("memory-" + name),
                        title,
                        "peak memory above the inputs (MiB)",
                        chart,
                        AttentionReport::mebibytes);
            }
        }
    }

    private static Object[] row(Measurement one) {
        Workload workload = one.workload();
        return new Object[] {
            workload.kernel().configName(),
            workload.length(),
            workload.heads(),
            workload.headSize(),
            workload.causal(),
            workload.pass(),
            String.format(Locale.ROOT, "%.6f", one.seconds()),
            String.format(Locale.ROOT, "%.6f", one.cpuSeconds()),
            one.peakBytes().isPresent() ? String.format(Locale.ROOT, "%.2f", mebibytes(one)) : "",
            one.repetitions()
        };
    }

    private static double mebibytes(Measurement one) {
        return one.peakBytes().orElse(0) / MEBIBYTE;
    }

    /** Curves that differ in the kernel only. */
    private List<List<List<Measurement>>> charts() {
        List<List<List<Measurement>>> charts = new ArrayList<>();
        for (List<Measurement> curve : curves()) {
            Workload own = curve.get(0).workload();
            charts.stream()
                    .filter(known -> {
                        Workload other = known.get(0).get(0).workload();
                        return own.headSize() == other.headSize()
                                && own.causal() == other.causal()
                                && own.backward() == other.backward();
                    })
                    .findFirst()
                    .orElseGet(() -> {
                        charts.add(new ArrayList<>());
                        return charts.get(charts.size() - 1);
                    })
                    .add(curve);
        }
        return charts;
    }

    private static void draw(
            Path file, String title, String unit, List<List<Measurement>> curves, ToDoubleFunction<Measurement> cost)
            throws IOException {
        List<Charts.Series> series = curves.stream()
                .map(curve -> {
                    List<Measurement> shown = curve.stream()
                            .filter(one -> cost.applyAsDouble(one) > 0)
                            .toList();
                    return new Charts.Series(
                            shown.isEmpty()
                                    ? ""
                                    : curve.get(0).workload().kernel().configName(),
                            shown.stream()
                                    .map(one -> (double) one.workload().length())
                                    .toList(),
                            shown.stream().map(cost::applyAsDouble).toList());
                })
                .toList();
        Charts.lines(file, new Charts.Axes(title, "length (tokens)", unit, true, true), series);
    }
}
