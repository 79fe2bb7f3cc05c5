package io.transformer4j.cli;

import io.transformer4j.attention.AttentionOptions;
import io.transformer4j.attention.AttentionType;
import io.transformer4j.profiling.attention.AttentionBenchmark;
import io.transformer4j.profiling.attention.AttentionReport;
import io.transformer4j.profiling.attention.AttentionReport.Growth;
import io.transformer4j.profiling.attention.AttentionReport.Recommendation;
import io.transformer4j.profiling.attention.AttentionSweep;
import io.transformer4j.profiling.attention.Measurement;
import io.transformer4j.profiling.attention.Workload;
import io.transformer4j.torch.ComputePool;
import io.transformer4j.tracking.RunEnvironment;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code t4j bench-attention}: which attention kernel to take at which length, measured on this machine. */
@Command(
        name = "bench-attention",
        description = {
            "Measure time and memory of the attention kernels over the length of a sequence.",
            "",
            "Prints a row for each measurement as soon as it is there, then how costs grow with the length and which"
                    + " kernel to take; --out writes the table and charts. One sequence, projections left out; lengths"
                    + " that would pass a limit are left out."
        },
        footer = {
            "%nExamples:",
            "  t4j bench-attention --out bench",
            "  t4j bench-attention --kernels flash,sliding_window --lengths 1024,4096 --window 256 --causal yes"
        })
final class BenchAttentionCommand implements Callable<Integer> {
    private static final double GIBIBYTE = 1L << 30;
    private static final double MEBIBYTE = 1L << 20;

    /** What {@code --causal} asks for. */
    enum Causal {
        NO(List.of(false)),
        YES(List.of(true)),
        BOTH(List.of(false, true));

        private final List<Boolean> forms;

        Causal(List<Boolean> forms) {
            this.forms = forms;
        }
    }

    /** What {@code --pass} asks for. */
    enum Pass {
        FORWARD(List.of(false)),
        TRAINING(List.of(true)),
        BOTH(List.of(false, true));

        private final List<Boolean> backward;

        Pass(List<Boolean> backward) {
            this.backward = backward;
        }
    }

    @Mixin
    final ConfigOptions config = new ConfigOptions();

    @Option(names = "--kernels", split = ",", paramLabel = "NAMES", description = "Which kernels (default: all).")
    private List<AttentionType> kernels = List.of(AttentionType.values());

    @Option(
            names = "--lengths",
            split = ",",
            paramLabel = "N",
            defaultValue = "512,1024,2048,4096,8192,16384,32768,65536",
            description = "Tokens (default: ${DEFAULT-VALUE}).")
    private List<Integer> lengths = List.of();

    @Option(
            names = "--heads",
            paramLabel = "N",
            defaultValue = "8",
            description = "Attention heads (default: ${DEFAULT-VALUE}).")
    private int heads;

    @Option(
            names = "--head-sizes",
            split = ",",
            paramLabel = "N",
            defaultValue = "64",
            description = "Elements of a head (default: ${DEFAULT-VALUE}).")
    private List<Integer> headSizes = List.of();

    @Option(
            names = "--causal",
            paramLabel = "WHICH",
            defaultValue = "no",
            description = "no, yes or both; big_bird and linformer have no causal form (default: ${DEFAULT-VALUE}).")
    private Causal causal = Causal.NO;

    @Option(
            names = "--pass",
            paramLabel = "WHICH",
            defaultValue = "both",
            description = "forward, training (forward and backward) or both (default: ${DEFAULT-VALUE}).")
    private Pass pass = Pass.BOTH;

    @Mixin
    final KernelOptions kernelOptions = new KernelOptions();

    @Option(
            names = "--repetitions",
            paramLabel = "N",
            defaultValue = "5",
            description = "Most timed passes of a measurement; long ones have fewer (default: ${DEFAULT-VALUE}).")
    private int repetitions;

    @Option(
            names = "--max-memory",
            paramLabel = "GIB",
            defaultValue = "8",
            description = "Most memory of a pass in GiB (default: ${DEFAULT-VALUE}).")
    private double maxMemory;

    @Option(
            names = "--max-seconds",
            paramLabel = "S",
            defaultValue = "300",
            description = "Longest pass in seconds (default: ${DEFAULT-VALUE}).")
    private double maxSeconds;

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "0",
            description = "Compute threads; 0 is one per processor (default).")
    private int threads;

    @Option(names = "--out", paramLabel = "FOLDER", description = "Where attention.csv and the charts go.")
    private @Nullable Path out;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        PrintWriter printer = Objects.requireNonNull(spec).commandLine().getOut();
        AttentionOptions options = kernelOptions.options().withRedrawFeatures(false);
        AttentionSweep sweep = new AttentionSweep(
                kernels,
                lengths,
                heads,
                headSizes,
                causal.forms,
                pass.backward,
                (long) (maxMemory * GIBIBYTE),
                maxSeconds);
        try (ComputePool pool = new ComputePool(threads)) {
            RunEnvironment machine = RunEnvironment.capture();
            printer.printf(Locale.ROOT, "%s, %d of %d cores%n%n", machine.cpu(), pool.workers(), machine.cores());
            printer.println(
                    "kernel             length  head  causal  pass                 seconds  CPU seconds    MiB");
            AttentionReport report = new AttentionReport(sweep.run(
                    new AttentionBenchmark(pool, options, repetitions), measurement -> print(measurement, printer)));
            printGrowth(report.growth(), printer);
            printRecommendations(report.recommendations(), printer);
            if (out != null) {
                report.write(out);
                machine.write(out.resolve("environment.json"));
                printer.printf("%ntable and charts are in %s%n", out);
            }
            printer.flush();
        }
        return T4j.OK;
    }

    private static void print(Measurement measurement, PrintWriter printer) {
        Workload workload = measurement.workload();
        printer.printf(
                Locale.ROOT,
                "%-16s %8d  %4d  %-6s  %-16s  %10.4f   %10.4f  %s%n",
                workload.kernel().configName(),
                workload.length(),
                workload.headSize(),
                workload.causal() ? "yes" : "no",
                workload.pass(),
                measurement.seconds(),
                measurement.cpuSeconds(),
                measurement.peakBytes().isPresent()
                        ? String.format(
                                Locale.ROOT, "%5.0f", measurement.peakBytes().getAsLong() / MEBIBYTE)
                        : "unknown");
        printer.flush();
    }

    private static void printGrowth(List<Growth> growths, PrintWriter printer) {
        printer.printf("%ncosts grow as length to the power of (from %d tokens on)%n", AttentionReport.FITTED_FROM);
        printer.println("kernel            head  causal  pass              time  memory");
        for (Growth growth : growths) {
            Workload workload = growth.workload();
            printer.printf(
                    Locale.ROOT,
                    "%-16s  %4d  %-6s  %-16s  %s  %s%n",
                    workload.kernel().configName(),
                    workload.headSize(),
                    workload.causal() ? "yes" : "no",
                    workload.pass(),
                    exponent(growth.time()),
                    exponent(growth.memory()));
        }
    }

    private static String exponent(OptionalDouble exponent) {
        return exponent.isPresent() ? String.format(Locale.ROOT, "%4.2f", exponent.getAsDouble()) : "   -";
    }

    private static void printRecommendations(List<Recommendation> recommendations, PrintWriter printer) {
        printer.println();
        printer.println("what to take: the fastest exact kernel, or an approximation that is much faster");
        printer.println("length  head  causal  pass              take            exact           seconds  fastest"
                + "          seconds");
        for (Recommendation one : recommendations) {
            Workload workload = one.exact().workload();
            printer.printf(
                    Locale.ROOT,
                    "%6d  %4d  %-6s  %-16s  %-14s  %-14s %8.4f  %-14s %9.4f%n",
                    workload.length(),
                    workload.headSize(),
                    workload.causal() ? "yes" : "no",
                    workload.pass(),
                    one.chosen().workload().kernel().configName(),
                    workload.kernel().configName(),
                    one.exact().seconds(),
                    one.fastest().workload().kernel().configName(),
                    one.fastest().seconds());
        }
    }
}
