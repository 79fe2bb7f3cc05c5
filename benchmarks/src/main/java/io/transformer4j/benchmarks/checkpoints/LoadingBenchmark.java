package io.transformer4j.benchmarks.checkpoints;

import io.transformer4j.benchmarks.Peers;
import io.transformer4j.checkpoint.CheckpointReader;
import io.transformer4j.models.PretrainedModel;
import io.transformer4j.models.auto.Models;
import io.transformer4j.models.bert.BertConfig;
import io.transformer4j.models.bert.BertForMaskedLM;
import io.transformer4j.models.gpt2.GPT2Config;
import io.transformer4j.models.gpt2.GPT2LMHeadModel;
import io.transformer4j.models.llama.LlamaConfig;
import io.transformer4j.models.llama.LlamaForCausalLM;
import io.transformer4j.torch.Devices;
import io.transformer4j.tracking.RunEnvironment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/**
 * Time and memory of loading checkpoints of about 500 MB beside Hugging Face's {@code from_pretrained}, in turn on the same files, which are
 * in the page cache. Each turn is a fresh process: what a first load costs includes all that the library prepares for it, but not the
 * import of the libraries. Weights are random.
 */
@Command(name = "loading", mixinStandardHelpOptions = true, description = "Load checkpoints beside transformers.")
public final class LoadingBenchmark implements Callable<Integer> {
    private static final long SEED = 1;
    private static final double MIB = 1 << 20;

    /** The Llama has GPT-2's size, with fewer heads of keys and a gate. */
    private static final List<Shape> SHAPES = List.of(
            new Shape("bert", () -> new BertForMaskedLM(BertConfig.BASE)),
            new Shape("gpt2", () -> new GPT2LMHeadModel(GPT2Config.SMALL)),
            new Shape(
                    "llama",
                    () -> new LlamaForCausalLM(LlamaConfig.BASE.with(c -> c.hiddenSize(768)
                            .numHiddenLayers(12)
                            .numAttentionHeads(12)
                            .numKeyValueHeads(4)
                            .intermediateSize(2048)))));

    /**
     * A checkpoint to measure.
     *
     * @param name of its folder
     * @param build makes the model, without weights
     */
    private record Shape(String name, Supplier<PretrainedModel> build) {}

    @Option(names = "--python", required = true, description = "Python with torch and transformers.")
    private @Nullable Path python;

    @Option(names = "--work", required = true, description = "Folder for the checkpoints, which are made if missing.")
    private @Nullable Path work;

    @Option(names = "--rounds", defaultValue = "5", description = "Processes of each side (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(names = "--loads", defaultValue = "6", description = "Loads of each process (default: ${DEFAULT-VALUE}).")
    private int loads;

    @Option(names = "--only", defaultValue = "", description = "Models whose name contains this.")
    private String only = "";

    /**
     * What a process reported.
     *
     * @param started when it was started, in seconds of the clock
     */
    private record Turn(double started, JsonNode figures) {
        List<Double> all(String name) {
            return figures.get(name).valueStream().map(JsonNode::asDouble).toList();
        }

        double first(String name) {
            return all(name).get(0);
        }

        /** The median but for the first. */
        double later(String name) {
            return Peers.median(all(name).stream().skip(1).toList());
        }
    }

    /** A row of the table: what of a process' figures it shows. */
    private record Row(String name, ToDoubleFunction<Turn> value, String format, boolean hasRatio) {}

    /** Runs the benchmark and exits. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new LoadingBenchmark()).execute(args));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        System.out.printf(
                "%s%n%n| model | | transformer4j | transformers | ratio |%n|---|---|---:|---:|---:|%n",
                RunEnvironment.capture());
        for (Shape shape : SHAPES) {
            if (shape.name().contains(only)) {
                measure(checkpoint(shape));
            }
        }
        return 0;
    }

    private Path checkpoint(Shape shape) throws IOException {
        Path folder = Objects.requireNonNull(work).resolve(shape.name());
        if (!Files.exists(folder.resolve(Models.CONFIG_NAME))) {
            Files.createDirectories(folder);
            try (PretrainedModel model = shape.build().get()) {
                model.initializeWeights(SEED, Devices.cpu());
                Models.save(model, folder);
            }
        }
        return folder;
    }

    private void measure(Path folder) throws IOException, InterruptedException {
        List<Turn> ours = new ArrayList<>();
        List<Turn> theirs = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            ours.add(run(ours(folder)));
            theirs.add(run(theirs(folder)));
        }
        long weights = weightBytes(folder);
        String model = String.format(Locale.ROOT, "%s, %.0f MiB", folder.getFileName(), weights / MIB);
        for (Row row : rows(weights)) {
            double own = Peers.median(ours.stream().map(boxed(row)).toList());
            double other = Peers.median(theirs.stream().map(boxed(row)).toList());
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %s | " + row.format() + " | " + row.format() + " | %s |%n",
                    model,
                    row.name(),
                    own,
                    other,
                    row.hasRatio() ? String.format(Locale.ROOT, "%.2f", own / other) : "");
        }
    }

    private static Function<Turn, Double> boxed(Row row) {
        return row.value()::applyAsDouble;
    }

    private static List<Row> rows(long weights) {
        String ms = "%.0f ms";
        return List.of(
                new Row("first load", turn -> 1000 * turn.first("load_s"), ms, true),
                new Row("first load and pass", turn -> 1000 * turn.first("pass_s"), ms, true),
                new Row(
                        "the same from the start of the process",
                        turn -> 1000 * (turn.first("ended_s") - turn.started()),
                        ms,
                        true),
                new Row("later load", turn -> 1000 * turn.later("load_s"), ms, true),
                new Row("later load and pass", turn -> 1000 * turn.later("pass_s"), ms, true),
                new Row(
                        "peak memory beyond the weights",
                        turn -> (turn.first("peak_bytes") - weights) / MIB,
                        "%.0f MiB",
                        false));
    }

    private static long weightBytes(Path folder) {
        try (CheckpointReader reader = CheckpointReader.open(folder)) {
            return reader.totalBytes();
        }
    }

    private List<String> ours(Path folder) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                LoadingSide.class.getName(),
                folder.toString(),
                Integer.toString(loads));
    }

    private List<String> theirs(Path folder) {
        return List.of(
                Objects.requireNonNull(python).toString(),
                Path.of("benchmarks", "checkpoints", "loading_peer.py").toString(),
                folder.toString(),
                Integer.toString(loads),
                Integer.toString(Runtime.getRuntime().availableProcessors()));
    }

    private static Turn run(List<String> command) throws IOException, InterruptedException {
        double started = System.currentTimeMillis() / 1e3;
        return new Turn(started, Peers.output(command));
    }
}
