package io.transformer4j.benchmarks.attention;

import io.transformer4j.attention.AttentionOptions;
import io.transformer4j.attention.AttentionType;
import io.transformer4j.data.DataCollator;
import io.transformer4j.data.Example;
import io.transformer4j.models.Labels;
import io.transformer4j.models.ModelInputs;
import io.transformer4j.models.bert.BertConfig;
import io.transformer4j.models.bert.BertForSequenceClassification;
import io.transformer4j.torch.ComputePool;
import io.transformer4j.torch.Devices;
import io.transformer4j.torch.TensorData;
import io.transformer4j.torch.TensorScope;
import io.transformer4j.training.Trainer;
import io.transformer4j.training.TrainerCallback;
import io.transformer4j.training.TrainerState;
import io.transformer4j.training.TrainingArguments;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Trains the same small BERT with each kernel on tasks where far context matters: a line of accuracy and time for each. */
@Command(
        name = "long-range",
        mixinStandardHelpOptions = true,
        description = "Train every attention kernel alike. Finished lines of the table aren't computed again.")
public final class LongRangeBenchmark implements Callable<Integer> {
    private static final String HEADER =
            "task,kernel,seed,steps,batch,accuracy,majority,train_loss,cpu_seconds,wall_seconds";
    private static final int EVALUATION_BATCH = 4;

    @Option(names = "--books", required = true, description = "Folder with books as author-title.txt.gz.")
    private @Nullable Path books;

    @Option(names = "--results", required = true, description = "CSV file; lines are added to it.")
    private @Nullable Path results;

    @Option(names = "--tasks", split = ",", description = "listops, authors (default: both).")
    private List<String> tasks = List.of("authors", "listops");

    @Option(names = "--kernels", split = ",", description = "Which kernels (default: all).")
    private List<AttentionType> kernels = List.of(AttentionType.values());

    @Option(names = "--steps", defaultValue = "150", description = "Optimizer steps (default: ${DEFAULT-VALUE}).")
    private int steps;

    @Option(names = "--batch-size", defaultValue = "16", description = "Sequences (default: ${DEFAULT-VALUE}).")
    private int batchSize;

    @Option(names = "--seed", defaultValue = "1", description = "Of weights and data (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(names = "--passage", defaultValue = "1024", description = "Bytes to know an author by.")
    private int passage;

    /** Runs the benchmark and exits. */
    public static void main(String[] args) {
        int status = new CommandLine(new LongRangeBenchmark())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(args);
        ComputePool.exitProcess(status);
    }

    @Override
    public Integer call() throws IOException {
        Path table = given(results);
        if (!Files.exists(table)) {
            Files.writeString(table, HEADER + System.lineSeparator());
        }
        try (ComputePool pool = new ComputePool(0)) {
            for (String name : tasks) {
                LongRangeTask task = name.equals("listops")
                        ? LongRangeTask.listOps(seed)
                        : LongRangeTask.authors(given(books), passage, seed);
                for (AttentionType kernel : kernels) {
                    String key = String.join(",", name, kernel.configName(), seed + "", steps + "", batchSize + "");
                    if (Files.readAllLines(table).stream().noneMatch(line -> line.startsWith(key + ","))) {
                        String line = key + "," + run(task, kernel, pool);
                        Files.writeString(table, line + System.lineSeparator(), StandardOpenOption.APPEND);
                        System.out.println(line);
                    }
                }
            }
        }
        return 0;
    }

    private static Path given(@Nullable Path option) {
        return java.util.Objects.requireNonNull(option, "picocli requires it");
    }

    private String run(LongRangeTask task, AttentionType kernel, ComputePool pool) {
        try (BertForSequenceClassification model = new BertForSequenceClassification(config(task, kernel))) {
            model.initializeWeights(seed, Devices.cpu());
            TrainingArguments arguments = TrainingArguments.DEFAULTS.with(a -> a.maxSteps(steps)
                    .batchSize(batchSize)
                    .learningRate(1e-3)
                    .warmupSteps(steps / 10)
                    .loggingSteps(Math.max(1, steps / 5))
                    .seed(seed));
            LastLoss loss = new LastLoss();
            long start = System.nanoTime();
            double cpu = cpuSeconds();
            try (Trainer trainer = Trainer.builder(model, arguments)
                    .trainData(task.train(), DataCollator.DEFAULT)
                    .pool(pool)
                    .callback(loss)
                    .build()) {
                trainer.train();
            }
            cpu = cpuSeconds() - cpu;
            double wall = (System.nanoTime() - start) / 1e9;
            return String.format(
                    Locale.ROOT,
                    "%.4f,%.4f,%.4f,%.1f,%.1f",
                    accuracy(model, task, pool),
                    majority(task),
                    loss.last,
                    cpu,
                    wall);
        }
    }

    /** Two layers of width 64; a query sees 128 to 256 keys or features in each of the approximations. */
    private static BertConfig config(LongRangeTask task, AttentionType kernel) {
        String[] labels =
                IntStream.range(0, task.classes()).mapToObj(Integer::toString).toArray(String[]::new);
        Map<String, Object> other = new LinkedHashMap<>(Labels.of(labels).addTo(Map.of()));
        other.put(
                AttentionOptions.KEY,
                Map.of(
                        "window", 128,
                        "block_size", 32,
                        "num_random_blocks", 3,
                        "projection_size", 128,
                        "num_features", 128));
        return BertConfig.BASE.with(c -> c.vocabSize(task.vocabulary())
                .hiddenSize(64)
                .numHiddenLayers(2)
                .numAttentionHeads(2)
                .intermediateSize(128)
                .maxPositionEmbeddings(task.maxLength())
                .padTokenId(null)
                .hiddenDropoutProb(0)
                .attentionProbsDropoutProb(0)
                .attentionType(kernel)
                .other(other));
    }

    private static double accuracy(BertForSequenceClassification model, LongRangeTask task, ComputePool pool) {
        model.train(false);
        List<Example> test = task.test();
        int correct = pool
                .onEachWorker(worker -> {
                    int sum = 0;
                    int stride = EVALUATION_BATCH * pool.workers();
                    for (int at = worker * EVALUATION_BATCH; at < test.size(); at += stride) {
                        sum += correct(model, test.subList(at, Math.min(test.size(), at + EVALUATION_BATCH)));
                    }
                    return sum;
                })
                .stream()
                .mapToInt(sum -> sum)
                .sum();
        return (double) correct / test.size();
    }

    private static int correct(BertForSequenceClassification model, List<Example> examples) {
        try (TensorScope scope = new TensorScope();
                NoGradGuard guard = new NoGradGuard()) {
            ModelInputs inputs =
                    ModelInputs.of(examples.stream().map(Example::inputIds).toList(), model.device());
            long[] chosen = TensorData.longs(model.forward(inputs).argmax(new LongOptional(1), false));
            return (int) IntStream.range(0, chosen.length)
                    .filter(i -> examples.get(i).nextSentenceLabel() != null
                            && examples.get(i).nextSentenceLabel() == chosen[i])
                    .count();
        }
    }

    /** The share of the most frequent class: what needs no learning. */
    private static double majority(LongRangeTask task) {
        long[] counts = new long[task.classes()];
        for (Example example : task.test()) {
            if (example.nextSentenceLabel() != null) {
                counts[example.nextSentenceLabel()]++;
            }
        }
        return (double) java.util.Arrays.stream(counts).max().orElseThrow()
                / task.test().size();
    }

    private static double cpuSeconds() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                ? system.getProcessCpuTime() / 1e9
                : Double.NaN;
    }

    private static final class LastLoss implements TrainerCallback {
        private double last = Double.NaN;

        @Override
        public void onLog(TrainerState state, Map<String, Double> metrics) {
            last = metrics.getOrDefault("loss", Double.NaN);
            System.out.printf(Locale.ROOT, "  step %d loss %.4f%n", state.globalStep(), last);
        }
    }
}
