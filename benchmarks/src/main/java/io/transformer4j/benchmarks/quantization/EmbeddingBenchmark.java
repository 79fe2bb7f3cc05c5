package io.transformer4j.benchmarks.quantization;

import io.transformer4j.benchmarks.Peers;
import io.transformer4j.models.BareModel;
import io.transformer4j.models.PretrainedModel;
import io.transformer4j.models.auto.Models;
import io.transformer4j.pipelines.PipelineOptions;
import io.transformer4j.pipelines.PipelineRuntime;
import io.transformer4j.pipelines.Pooling;
import io.transformer4j.quantization.Quantization;
import io.transformer4j.tokenizers.EncodeOptions;
import io.transformer4j.tokenizers.Encoding;
import io.transformer4j.tokenizers.Tokenizer;
import io.transformer4j.torch.Precision;
import io.transformer4j.torch.TensorData;
import io.transformer4j.tracking.RunEnvironment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Sentences a second of a BERT encoder in float32, bfloat16 and 8 bits beside transformers and ONNX Runtime: the same weights, the same
 * sentences, in turn, with the cosines between everybody's vectors and those of transformers in float32. Both sides get token ids, and
 * end with vectors in memory.
 */
@Command(name = "embedding", mixinStandardHelpOptions = true, description = "Embed beside ONNX Runtime.")
public final class EmbeddingBenchmark implements Callable<Integer> {
    private static final String OURS = "transformer4j";
    private static final String REFERENCE = "transformers";
    private static final String EIGHT_BITS = "int8";

    @Option(names = "--python", required = true, description = "Python with torch, transformers and onnxruntime.")
    private @Nullable Path python;

    @Option(names = "--script", defaultValue = "benchmarks/embeddings/peer.py", description = "The peer.")
    private @Nullable Path script;

    @Option(names = "--peers", required = true, description = "Folder with lengths.json.")
    private @Nullable Path peers;

    @Option(names = "--model", required = true, description = "Folder of a BERT encoder.")
    private @Nullable Path model;

    @Option(names = "--text", required = true, description = "Text that the sentences are cut from.")
    private @Nullable Path text;

    @Option(names = "--sentences", defaultValue = "500", description = "How many (default: ${DEFAULT-VALUE}).")
    private int count;

    @Option(names = "--rounds", defaultValue = "7", description = "Turns of each (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(names = "--threads", defaultValue = "0", description = "Threads of both sides; 0 is all cores.")
    private int threads;

    /** What is measured: something that embeds all sentences once. */
    private interface Contender {
        /** Seconds of one pass. */
        double run() throws IOException;

        /** Vectors of the last pass. */
        List<float[]> vectors() throws IOException;
    }

    /** Runs the benchmark and exits. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new EmbeddingBenchmark()).execute(args));
    }

    @Override
    public Integer call() throws IOException {
        Path folder = Objects.requireNonNull(model);
        int[] lengths = new Peers(Objects.requireNonNull(python), Objects.requireNonNull(peers)).lengths();
        List<PipelineRuntime<PretrainedModel>> opened = new ArrayList<>();
        try {
            Map<String, Contender> contenders = new LinkedHashMap<>();
            PipelineRuntime<PretrainedModel> plain = open(folder, PipelineOptions.DEFAULT, opened);
            List<Encoding> encodings = plain.encode(pieces(
                    plain.tokenizer(),
                    Files.readString(Objects.requireNonNull(text)),
                    Arrays.copyOf(lengths, Math.min(count, lengths.length))));
            contenders.put(OURS, new Ours(plain, encodings));
            for (PipelineOptions options : List.of(
                    PipelineOptions.DEFAULT.withPrecision(Precision.BF16),
                    PipelineOptions.DEFAULT.withQuantization(Quantization.INT8),
                    PipelineOptions.DEFAULT.withQuantization(Quantization.INT8_DYNAMIC))) {
                contenders.put(OURS + " " + name(options), new Ours(open(folder, options, opened), encodings));
            }
            List<int[]> ids = encodings.stream().map(Encoding::ids).toList();
            try (EmbeddingPeer peer =
                    new EmbeddingPeer(python, Objects.requireNonNull(script), folder, threads(), ids)) {
                peer.variants().forEach(variant -> contenders.put(variant, new Theirs(peer, variant)));
                print(encodings, contenders, measure(contenders));
            }
        } finally {
            opened.forEach(PipelineRuntime::close);
        }
        return 0;
    }

    private PipelineRuntime<PretrainedModel> open(
            Path folder, PipelineOptions options, List<PipelineRuntime<PretrainedModel>> opened) {
        PipelineRuntime<PretrainedModel> runtime = PipelineRuntime.open(
                folder, options.withDevice("cpu").withThreads(threads()), device -> Models.loadBare(folder, device));
        opened.add(runtime);
        return runtime;
    }

    private int threads() {
        return threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
    }

    private static String name(PipelineOptions options) {
        return options.precision() == Precision.BF16
                ? "bf16"
                : options.quantization().optionName();
    }

    /** Pieces of a text of about these numbers of tokens, special ones included, one after the other; each ends with a word. */
    private static List<String> pieces(Tokenizer tokenizer, String text, int[] lengths) {
        int special = tokenizer.encode("", EncodeOptions.defaults()).length();
        Encoding whole = tokenizer.encode(text, EncodeOptions.defaults().withSpecialTokens(false));
        int[] words = whole.wordIds();
        List<String> pieces = new ArrayList<>();
        int first = 0;
        for (int length : lengths) {
            int end = first + Math.max(1, length - special);
            while (end < words.length && words[end] == words[end - 1]) {
                end++;
            }
            if (end > words.length) {
                throw new IllegalArgumentException("the text has " + words.length + " tokens, but " + lengths.length
                        + " sentences need more: give a longer one");
            }
            pieces.add(text.substring(whole.starts()[first], whole.ends()[end - 1]));
            first = end;
        }
        return pieces;
    }

    /** The seconds of each turn, after one that doesn't count. */
    private Map<String, List<Double>> measure(Map<String, Contender> contenders) throws IOException {
        Map<String, List<Double>> seconds = new LinkedHashMap<>();
        for (int round = 0; round <= rounds; round++) {
            for (Map.Entry<String, Contender> contender : contenders.entrySet()) {
                double taken = contender.getValue().run();
                if (round > 0) {
                    seconds.computeIfAbsent(contender.getKey(), name -> new ArrayList<>())
                            .add(taken);
                }
            }
        }
        return seconds;
    }

    private static void print(
            List<Encoding> encodings, Map<String, Contender> contenders, Map<String, List<Double>> seconds)
            throws IOException {
        System.out.printf(
                "%s%n%n%d sentences, %d tokens%n%n",
                RunEnvironment.capture(),
                encodings.size(),
                encodings.stream().mapToInt(Encoding::length).sum());
        System.out.printf(
                "| | sentences/s, median | slowest–fastest | cosine, mean | least |%n|---|---:|---:|---:|---:|%n");
        List<float[]> reference = contenders.get(REFERENCE).vectors();
        for (Map.Entry<String, Contender> contender : contenders.entrySet()) {
            List<Double> rates = seconds.get(contender.getKey()).stream()
                    .map(taken -> encodings.size() / taken)
                    .sorted()
                    .toList();
            double[] cosines = cosines(contender.getValue().vectors(), reference);
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %.0f | %.0f–%.0f | %.6f | %.6f |%n",
                    contender.getKey(),
                    Peers.median(rates),
                    rates.get(0),
                    rates.get(rates.size() - 1),
                    Arrays.stream(cosines).average().orElseThrow(),
                    Arrays.stream(cosines).min().orElseThrow());
        }
        System.out.printf("%n| | beside | times as fast, median of turns | range |%n|---|---|---:|---:|%n");
        String best = fastest(seconds, name -> name.startsWith("onnx") && !name.endsWith(EIGHT_BITS));
        String best8 = fastest(seconds, name -> name.startsWith("onnx") && name.endsWith(EIGHT_BITS));
        for (String name : seconds.keySet()) {
            if (name.startsWith(OURS + " " + EIGHT_BITS)) {
                printRatio(seconds, name, best8);
            } else if (name.startsWith(OURS)) {
                printRatio(seconds, name, REFERENCE);
                printRatio(seconds, name, best);
            }
        }
    }

    private static String fastest(Map<String, List<Double>> seconds, Predicate<String> wanted) {
        return seconds.keySet().stream()
                .filter(wanted)
                .min(Comparator.comparing(name -> Peers.median(seconds.get(name))))
                .orElseThrow();
    }

    private static void printRatio(Map<String, List<Double>> seconds, String ours, String theirs) {
        List<Double> ratios = IntStream.range(0, seconds.get(ours).size())
                .mapToObj(turn ->
                        seconds.get(theirs).get(turn) / seconds.get(ours).get(turn))
                .sorted()
                .toList();
        System.out.printf(
                Locale.ROOT,
                "| %s | %s | %.2f | %.2f–%.2f |%n",
                ours,
                theirs,
                Peers.median(ratios),
                ratios.get(0),
                ratios.get(ratios.size() - 1));
    }

    private static double[] cosines(List<float[]> vectors, List<float[]> others) {
        return IntStream.range(0, vectors.size())
                .mapToDouble(i -> {
                    float[] a = vectors.get(i);
                    float[] b = others.get(i);
                    return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
                })
                .toArray();
    }

    private static double dot(float[] a, float[] b) {
        return IntStream.range(0, a.length)
                .mapToDouble(i -> (double) a[i] * b[i])
                .sum();
    }

    /** This project's pipelines. */
    private static final class Ours implements Contender {
        private final PipelineRuntime<PretrainedModel> runtime;
        private final List<Encoding> encodings;
        private List<float[]> vectors = List.of();

        Ours(PipelineRuntime<PretrainedModel> runtime, List<Encoding> encodings) {
            this.runtime = runtime;
            this.encodings = encodings;
        }

        @Override
        public double run() {
            long start = System.nanoTime();
            vectors = runtime.run(encodings, (inputs, batch) -> {
                Tensor means = Pooling.MEAN.texts((BareModel) runtime.model(), inputs); // [batch, hiddenSize]
                float[] values = TensorData.floats(means);
                int size = values.length / batch.size();
                return IntStream.range(0, batch.size())
                        .mapToObj(i -> normalized(Arrays.copyOfRange(values, i * size, (i + 1) * size)))
                        .toList();
            });
            return (System.nanoTime() - start) / 1e9;
        }

        private static float[] normalized(float[] vector) {
            float norm = (float) Math.sqrt(dot(vector, vector));
            for (int i = 0; i < vector.length; i++) {
                vector[i] /= norm;
            }
            return vector;
        }

        @Override
        public List<float[]> vectors() {
            return vectors;
        }
    }

    /** A variant of the peer. */
    private record Theirs(EmbeddingPeer peer, String variant) implements Contender {
        @Override
        public double run() throws IOException {
            return peer.run(variant);
        }

        @Override
        public List<float[]> vectors() throws IOException {
            return peer.vectors(variant);
        }
    }
}
