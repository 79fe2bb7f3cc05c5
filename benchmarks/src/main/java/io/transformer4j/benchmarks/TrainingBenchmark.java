package io.transformer4j.benchmarks;

import io.transformer4j.torch.ComputePool;
import io.transformer4j.torch.Torch;
import io.transformer4j.tracking.RunEnvironment;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** Training throughput, ours and the peers' in turn on one machine, as a Markdown table of medians and ratios. */
@Command(name = "training", mixinStandardHelpOptions = true, description = "Train beside PyTorch and Hugging Face.")
public final class TrainingBenchmark implements Callable<Integer> {
    @Option(names = "--python", required = true, description = "Python with torch and transformers.")
    private @Nullable Path python;

    @Option(names = "--peers", required = true, description = "Folder with bench_peers.py and lengths.json.")
    private @Nullable Path peers;

    @Option(names = "--workloads", split = ",", description = "Which workloads (default: all).")
    private List<TrainingWorkload> workloads = List.of(TrainingWorkload.values());

    @Option(names = "--rounds", defaultValue = "3", description = "Turns of each side (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--repetitions",
            defaultValue = "5",
            description = "Timed steps a turn (default: ${DEFAULT-VALUE}).")
    private int repetitions;

    @Option(names = "--threads", defaultValue = "0", description = "Threads of both sides; 0 is all cores.")
    private int threads;

    /** Runs the benchmark and exits. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new TrainingBenchmark()).execute(args));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        int[] lengths = side().lengths();
        try (ComputePool pool = new ComputePool(threads)) {
            System.out.printf(
                    Locale.ROOT,
                    "%s%n%nsgemm 2048 on %d threads: %.0f GFLOPS%n%n",
                    RunEnvironment.capture(),
                    pool.workers(),
                    sgemm(pool));
            System.out.println("| workload | variant | tokens/s, median of turns | turns | ours / it |");
            System.out.println("|---|---|---|---|---|");
            for (TrainingWorkload workload : workloads) {
                compare(workload, pool, lengths);
            }
            System.out.printf(Locale.ROOT, "%nsgemm again: %.0f GFLOPS%n", sgemm(pool));
        }
        return 0;
    }

    private void compare(TrainingWorkload workload, ComputePool pool, int[] lengths)
            throws IOException, InterruptedException {
        List<Double> ours = new ArrayList<>();
        Map<String, List<Double>> theirs = new LinkedHashMap<>();
        for (int round = 0; round < rounds; round++) {
            ours.add(workload.measure(pool, repetitions, lengths));
            for (String variant : workload.peerVariants()) {
                theirs.computeIfAbsent(variant, name -> new ArrayList<>()).add(peer(workload, variant, pool.workers()));
            }
        }
        double own = Peers.median(ours);
        double share = own * workload.flopsPerToken() / 1e9 / sgemm(pool);
        row(workload, "transformer4j (" + Math.round(100 * share) + " % of the sgemm rate)", ours, 1);
        theirs.forEach((variant, rates) -> row(workload, variant, rates, own / Peers.median(rates)));
    }

    private static void row(TrainingWorkload workload, String variant, List<Double> rates, double ratio) {
        System.out.printf(
                Locale.ROOT,
                "| %s | %s | %,.0f | %s | %.2f |%n",
                workload,
                variant,
                Peers.median(rates),
                String.join(
                        ", ",
                        rates.stream()
                                .map(rate -> String.format(Locale.ROOT, "%.0f", rate))
                                .toList()),
                ratio);
    }

    private double peer(TrainingWorkload workload, String variant, int cores) throws IOException, InterruptedException {
        JsonNode result = side().measure(workload.peerCommand(), cores, repetitions, variant)
                .get(variant);
        JsonNode rate = result.has("tokens_per_s") ? result.get("tokens_per_s") : result.get("real_tokens_per_s");
        if (rate == null) {
            throw new IOException(variant + ": " + result);
        }
        return rate.asDouble();
    }

    private Peers side() {
        return new Peers(Objects.requireNonNull(python), Objects.requireNonNull(peers));
    }

    /** What all workers together reach on square products. */
    private static double sgemm(ComputePool pool) {
        Torch.initialize();
        int size = 2048;
        List<Double> rates = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            rates.add(pool
                    .onEachWorker(worker -> {
                        try (NoGradGuard guard = new NoGradGuard()) {
                            Tensor a = torch.randn(size, size);
                            Tensor product = torch.mm(a, a);
                            long start = System.nanoTime();
                            torch.mm_out(product, a, a);
                            return 2.0 * size * size * size / (System.nanoTime() - start);
                        }
                    })
                    .stream()
                    .mapToDouble(rate -> rate)
                    .sum());
        }
        return Peers.median(rates);
    }
}
