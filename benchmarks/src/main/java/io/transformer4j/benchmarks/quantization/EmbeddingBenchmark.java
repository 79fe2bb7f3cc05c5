package io.transformer4j.benchmarks.quantization;

import io.transformer4j.benchmarks.Peers;
import io.transformer4j.models.ModelInputs;
import io.transformer4j.models.bert.BertConfig;
import io.transformer4j.models.bert.BertModel;
import io.transformer4j.quantization.Quantization;
import io.transformer4j.torch.ComputePool;
import io.transformer4j.torch.Devices;
import io.transformer4j.torch.TensorData;
import io.transformer4j.torch.TensorScope;
import io.transformer4j.tracking.RunEnvironment;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Sentences a second of an encoder of MiniLM's shape (6 × 384) in float32 and 8 bits, ours and ONNX Runtime's in turn, as a
 * Markdown table. Timing doesn't depend on weights and ids, so these are random.
 */
@Command(name = "embedding", mixinStandardHelpOptions = true, description = "Embed beside ONNX Runtime.")
public final class EmbeddingBenchmark implements Callable<Integer> {
    private static final BertConfig SHAPE = BertConfig.BASE.with(
            c -> c.hiddenSize(384).numHiddenLayers(6).numAttentionHeads(6).intermediateSize(1536));
    private static final int BATCH_TOKENS = 2048;
    private static final long SEED = 1;

    @Option(names = "--python", required = true, description = "Python with torch, transformers and onnxruntime.")
    private @Nullable Path python;

    @Option(names = "--peers", required = true, description = "Folder with bench_peers.py and lengths.json.")
    private @Nullable Path peers;

    @Option(names = "--rounds", defaultValue = "3", description = "Turns of each side (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--repetitions",
            defaultValue = "3",
            description = "Timed passes a turn (default: ${DEFAULT-VALUE}).")
    private int repetitions;

    @Option(names = "--threads", defaultValue = "0", description = "Threads of both sides; 0 is all cores.")
    private int threads;

    /** Runs the benchmark and exits. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new EmbeddingBenchmark()).execute(args));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Peers side = new Peers(Objects.requireNonNull(python), Objects.requireNonNull(peers));
        List<List<int[]>> batches = batches(side.lengths());
        int sentences = side.lengths().length;
        Map<String, List<Double>> rates = new LinkedHashMap<>();
        try (ComputePool pool = new ComputePool(threads)) {
            for (int round = 0; round < rounds; round++) {
                for (Quantization quantization : Quantization.values()) {
                    add(
                            rates,
                            "transformer4j " + quantization.optionName(),
                            sentences / seconds(quantization, pool, batches));
                }
                side.measure("embed", pool.workers(), repetitions, "onnxruntime")
                        .properties()
                        .forEach(variant -> add(
                                rates,
                                variant.getKey(),
                                variant.getValue().required("sentences_per_s").asDouble()));
            }
        }
        System.out.printf(
                "%s%n%n| | sentences/s, median of turns | turns |%n|---|---|---|%n", RunEnvironment.capture());
        rates.forEach((name, turns) -> System.out.printf(
                Locale.ROOT,
                "| %s | %.0f | %s |%n",
                name,
                Peers.median(turns),
                String.join(
                        ", ",
                        turns.stream()
                                .map(rate -> String.format(Locale.ROOT, "%.0f", rate))
                                .toList())));
        return 0;
    }

    private static void add(Map<String, List<Double>> rates, String name, double rate) {
        rates.computeIfAbsent(name, key -> new ArrayList<>()).add(rate);
    }

    /** The longest first, as the pipeline does. */
    private static List<List<int[]>> batches(int[] lengths) {
        SplittableRandom random = new SplittableRandom(SEED);
        List<List<int[]>> batches = new ArrayList<>();
        int room = 0;
        for (int length :
                IntStream.of(lengths).boxed().sorted(Comparator.reverseOrder()).toList()) {
            if (room < length) {
                batches.add(new ArrayList<>());
                room = BATCH_TOKENS;
            }
            batches.get(batches.size() - 1)
                    .add(random.ints(length, 1000, (int) SHAPE.vocabSize()).toArray());
            room -= length;
        }
        return batches;
    }

    /** The median time of a pass over all sentences. */
    private double seconds(Quantization quantization, ComputePool pool, List<List<int[]>> batches) {
        try (BertModel model = new BertModel(SHAPE)) {
            model.initializeWeights(SEED, Devices.cpu());
            quantization.apply(model);
            List<Double> times = new ArrayList<>();
            pass(model, pool, batches);
            for (int i = 0; i < repetitions; i++) {
                long start = System.nanoTime();
                pass(model, pool, batches);
                times.add((System.nanoTime() - start) / 1e9);
            }
            return Peers.median(times);
        }
    }

    private static void pass(BertModel model, ComputePool pool, List<List<int[]>> batches) {
        AtomicInteger next = new AtomicInteger();
        pool.onEachWorker(worker -> {
            int values = 0;
            try (NoGradGuard guard = new NoGradGuard()) {
                for (int i = next.getAndIncrement(); i < batches.size(); i = next.getAndIncrement()) {
                    try (TensorScope scope = new TensorScope()) {
                        Tensor hidden = model.forward(ModelInputs.of(batches.get(i), model.device()))
                                .lastHiddenState();
                        long first = 0;
                        for (int[] ids : batches.get(i)) {
                            values += TensorData.floats(
                                            hidden.narrow(0, first, ids.length).mean(0))
                                    .length;
                            first += ids.length;
                        }
                    }
                }
            }
            return values;
        });
    }
}
