package io.transformer4j.benchmarks.seq2seq;

import io.transformer4j.benchmarks.Peers;
import io.transformer4j.data.Batch;
import io.transformer4j.data.DataCollator;
import io.transformer4j.data.DataLoader;
import io.transformer4j.data.DataLoaderOptions;
import io.transformer4j.data.DataPosition;
import io.transformer4j.data.ParallelText;
import io.transformer4j.generation.Generation;
import io.transformer4j.generation.GenerationConfig;
import io.transformer4j.generation.TextGenerator;
import io.transformer4j.models.auto.Models;
import io.transformer4j.models.marian.MarianConfig;
import io.transformer4j.models.marian.MarianMTModel;
import io.transformer4j.nn.Parameter;
import io.transformer4j.seq2seq.Seq2SeqExamples;
import io.transformer4j.seq2seq.Seq2SeqTokenizers;
import io.transformer4j.torch.ComputePool;
import io.transformer4j.torch.Devices;
import io.transformer4j.torch.Precision;
import io.transformer4j.tracking.RunEnvironment;
import io.transformer4j.training.LearningRateSchedule;
import io.transformer4j.training.Trainer;
import io.transformer4j.training.TrainerCallback;
import io.transformer4j.training.TrainerState;
import io.transformer4j.training.TrainingArguments;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Trains and translates on both sides in turn, and prints rates, ratios, losses, and how many translations are the same. */
@Command(name = "seq2seq", mixinStandardHelpOptions = true, description = "Translate beside Hugging Face's Marian.")
public final class Seq2SeqBenchmark implements Callable<Integer> {
    private static final int MAX_LENGTH = 128;
    private static final int UNTIMED_STEPS = 5;
    private static final GenerationConfig BEAMS =
            GenerationConfig.DEFAULT.with(c -> c.numBeams(4).maxNewTokens(60));

    @Option(names = "--data", required = true, description = "Folder with train.{en,de}.gz and val.{en,de}.")
    private @Nullable Path data;

    @Option(names = "--python", required = true, description = "Python with torch and transformers.")
    private @Nullable Path python;

    @Option(names = "--script", defaultValue = "benchmarks/seq2seq/peer.py", description = "The peer.")
    private @Nullable Path script;

    @Option(names = "--work", required = true, description = "Folder for models and batches of this run.")
    private @Nullable Path work;

    @Option(names = "--steps", defaultValue = "60", description = "Training steps (default: ${DEFAULT-VALUE}).")
    private int steps;

    @Option(names = "--sentences", defaultValue = "256", description = "To translate (default: ${DEFAULT-VALUE}).")
    private int sentences;

    @Option(names = "--rounds", defaultValue = "3", description = "Turns of each side (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--model",
            description =
                    "Translate with this Marian folder, and its tokenizer if it has one, instead of the one trained here.")
    private @Nullable Path trained;

    /** Parts of the benchmark. */
    private enum Part {
        TRAIN,
        TRANSLATE
    }

    @Option(names = "--only", description = "One part only: train, or translate, which needs a --model.")
    private @Nullable Part only;

    @Option(names = "--threads", defaultValue = "0", description = "Threads of both sides; 0 is all cores.")
    private int threads;

    /** Runs the benchmark and exits. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new Seq2SeqBenchmark())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(args));
    }

    /** What a turn came to. */
    private record Turn(double rate, double loss) {}

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path folder = Objects.requireNonNull(work);
        Files.createDirectories(folder);
        Path files = Objects.requireNonNull(data);
        ParallelText train = ParallelText.ofFiles(files.resolve("train.en.gz"), files.resolve("train.de.gz"));
        ParallelText held = ParallelText.ofFiles(files.resolve("val.en"), files.resolve("val.de"));
        try (ComputePool pool = new ComputePool(threads)) {
            System.out.println(RunEnvironment.capture());
            Seq2SeqTokenizers tokenizers = Seq2SeqTokenizers.train(
                    train,
                    new Seq2SeqTokenizers.Settings(Seq2SeqTokenizers.Type.BPE, 8000, true, false, false),
                    pool.workers());
            MarianConfig config = config(tokenizers);
            Seq2SeqExamples examples = Seq2SeqExamples.of(train, tokenizers, MAX_LENGTH, config.decoderStartTokenId());
            Seq2SeqExamples validation = Seq2SeqExamples.of(held, tokenizers, MAX_LENGTH, config.decoderStartTokenId());
            initial(config, folder.resolve("initial"));
            writeBatches(examples, folder.resolve("train.jsonl"), steps);
            writeBatches(validation, folder.resolve("validation.jsonl"), Integer.MAX_VALUE);
            if (only != Part.TRANSLATE) {
                compareTraining(examples, validation, pool, folder);
            }
            if (only != Part.TRAIN) {
                compareTranslation(trained == null ? validation : examplesFor(trained, held, validation), pool, folder);
            }
        }
        return 0;
    }

    /** What a given model is to translate; without a tokenizer it has the vocabulary that was trained here. */
    private static Seq2SeqExamples examplesFor(Path model, ParallelText held, Seq2SeqExamples encodedHere) {
        if (!Files.exists(model.resolve("tokenizer.json"))) {
            return encodedHere;
        }
        MarianConfig config = (MarianConfig) Models.config(model.resolve(Models.CONFIG_NAME));
        return Seq2SeqExamples.of(held, Seq2SeqTokenizers.load(model), MAX_LENGTH, config.decoderStartTokenId());
    }

    private static MarianConfig config(Seq2SeqTokenizers tokenizers) {
        int pad = tokenizers.target().padTokenId().orElseThrow();
        int eos = tokenizers.target().eosTokenId().orElseThrow();
        return MarianConfig.BIG.with(c -> c.vocabSize(tokenizers.source().vocabSize())
                .maxPositionEmbeddings(MAX_LENGTH)
                .dModel(256)
                .encoderLayers(3)
                .decoderLayers(3)
                .encoderAttentionHeads(4)
                .decoderAttentionHeads(4)
                .encoderFfnDim(1024)
                .decoderFfnDim(1024)
                .activationFunction("relu")
                .dropout(0)
                .scaleEmbedding(true)
                .padTokenId(pad)
                .eosTokenId(eos)
                .decoderStartTokenId(pad)
                .forcedEosTokenId(eos));
    }

    private static void initial(MarianConfig config, Path folder) {
        try (MarianMTModel model = new MarianMTModel(config)) {
            model.initializeWeights(1, Devices.cpu());
            Models.save(model, folder);
        }
    }

    private TrainingArguments arguments() {
        return TrainingArguments.DEFAULTS.with(a -> a.maxSteps(steps)
                .batchSize(1024)
                .maxTokensPerBatch(4096)
                .groupByLength(true)
                .labelSmoothing(0.1)
                .lrScheduler(LearningRateSchedule.CONSTANT)
                .learningRate(3e-4)
                .weightDecay(0.01)
                .maxGradNorm(1));
    }

    /** The batches that a trainer with {@link #arguments} takes, in its order. */
    private void writeBatches(Seq2SeqExamples examples, Path file, int count) throws IOException {
        TrainingArguments arguments = arguments();
        boolean training = count != Integer.MAX_VALUE;
        DataLoaderOptions.Builder options = DataLoaderOptions.builder(training ? arguments.batchSize() : 64)
                .seed(arguments.seed())
                .shuffle(training)
                .epochs(training ? Integer.MAX_VALUE : 1);
        if (training) {
            options.maxTokensPerBatch(arguments.maxTokensPerBatch()).lengthGroupingWindow(50 * arguments.batchSize());
        }
        List<String> lines = new ArrayList<>();
        try (DataLoader loader =
                DataLoader.open(examples.dataset(), DataCollator.DEFAULT, options.build(), DataPosition.START)) {
            for (int i = 0; i < count && loader.hasNext(); i++) {
                Batch batch = loader.next();
                Map<String, Object> record = new LinkedHashMap<>();
                record.put("source", sequences(batch.inputIds(), batch.lengths()));
                Batch decoder = Objects.requireNonNull(batch.decoder());
                record.put("target", sequences(decoder.labels(), decoder.lengths()));
                lines.add(JsonMapper.shared().writeValueAsString(record));
            }
        }
        Files.write(file, lines);
    }

    private static List<int[]> sequences(int[] packed, int[] lengths) {
        List<int[]> sequences = new ArrayList<>();
        int start = 0;
        for (int length : lengths) {
            sequences.add(Arrays.copyOfRange(packed, start, start + length));
            start += length;
        }
        return sequences;
    }

    private void compareTraining(Seq2SeqExamples examples, Seq2SeqExamples validation, ComputePool pool, Path folder)
            throws IOException, InterruptedException {
        List<Turn> ours = new ArrayList<>();
        List<Turn> theirs = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            ours.add(train(examples, validation, pool, folder));
            theirs.add(turn(peer("train", folder, pool.workers(), folder.resolve("initial"))));
        }
        print("training, tokens/s", ours, theirs);
        System.out.printf(
                Locale.ROOT,
                "validation loss after %d steps: %.5f, peer %.5f%n%n",
                steps,
                ours.get(0).loss(),
                theirs.get(0).loss());
    }

    private Turn train(Seq2SeqExamples examples, Seq2SeqExamples validation, ComputePool pool, Path folder) {
        Clock clock = new Clock();
        try (MarianMTModel model = Models.load(folder.resolve("initial"), MarianMTModel.class, Devices.cpu());
                Trainer trainer = Trainer.builder(model, arguments())
                        .pool(pool)
                        .trainData(examples.dataset(), DataCollator.DEFAULT)
                        .evalData(validation.dataset(), DataCollator.DEFAULT)
                        .callback(clock)
                        .build()) {
            trainer.train();
            Models.save(model, folder.resolve("trained"));
        }
        return new Turn(clock.tokensPerSecond(), clock.loss);
    }

    /** Takes the time of all steps but the first ones. */
    private static final class Clock implements TrainerCallback {
        private long startTokens;
        private long startNanos;
        private long tokens;
        private long nanos;
        private double loss;

        @Override
        public void onStepEnd(TrainerState state, double stepLoss) {
            if (state.globalStep() == UNTIMED_STEPS) {
                startTokens = state.tokens();
                startNanos = System.nanoTime();
            }
            tokens = state.tokens();
            nanos = System.nanoTime();
        }

        @Override
        public void onEvaluate(TrainerState state, Map<String, Double> metrics) {
            loss = metrics.get("eval_loss");
        }

        double tokensPerSecond() {
            return (tokens - startTokens) / ((nanos - startNanos) / 1e9);
        }
    }

    private void compareTranslation(Seq2SeqExamples validation, ComputePool pool, Path folder)
            throws IOException, InterruptedException {
        Path model = trained == null ? folder.resolve("trained") : trained;
        List<int[]> sources = IntStream.range(
                        0, Math.min(sentences, (int) validation.dataset().size()))
                .mapToObj(i -> validation.dataset().get(0, i).inputIds())
                .toList();
        Files.writeString(folder.resolve("sources.json"), JsonMapper.shared().writeValueAsString(sources));
        List<Turn> ours = new ArrayList<>();
        List<Turn> theirs = new ArrayList<>();
        List<List<Integer>> written = List.of();
        List<List<Integer>> peers = List.of();
        for (int round = 0; round < rounds; round++) {
            try (MarianMTModel loaded = Models.load(model, MarianMTModel.class, Devices.cpu())) {
                GenerationConfig config =
                        BEAMS.with(c -> c.eosTokenIds(Set.of(loaded.config().eosTokenId())));
                loaded.matrices().forEach(Parameter::transposeInMemory); // as in pipelines
                TextGenerator generator = new TextGenerator(loaded, null, pool, Precision.FP32);
                generator.generate(sources.subList(0, Math.min(8, sources.size())), config); // warms up
                long start = System.nanoTime();
                List<Generation> generations = generator.generate(sources, config);
                double seconds = (System.nanoTime() - start) / 1e9;
                ours.add(new Turn(sources.size() / seconds, 0));
                written = generations.stream().map(Generation::newIds).toList();
            }
            JsonNode result = peer("translate", folder, pool.workers(), model);
            theirs.add(turn(result));
            peers = result.get("ids")
                    .valueStream()
                    .map(ids -> ids.valueStream().map(JsonNode::asInt).toList())
                    .toList();
        }
        print("beam 4, sentences/s", ours, theirs);
        List<List<Integer>> mine = written;
        List<List<Integer>> others = peers;
        System.out.printf(
                Locale.ROOT,
                "same translation: %d of %d%n",
                IntStream.range(0, mine.size())
                        .filter(i -> mine.get(i).equals(others.get(i)))
                        .count(),
                mine.size());
    }

    private static Turn turn(JsonNode result) {
        return new Turn(result.get("rate").asDouble(), result.get("loss").asDouble());
    }

    private JsonNode peer(String task, Path folder, int cores, Path model) throws IOException, InterruptedException {
        return Peers.output(List.of(
                String.valueOf(python),
                String.valueOf(script),
                task,
                "--folder=" + folder,
                "--model=" + model,
                "--threads=" + cores,
                "--untimed=" + UNTIMED_STEPS));
    }

    private static void print(String what, List<Turn> ours, List<Turn> theirs) {
        System.out.printf(
                Locale.ROOT,
                "%s: %.1f, peer %.1f, ratio %.2f (turns %s and %s)%n",
                what,
                median(ours),
                median(theirs),
                median(ours) / median(theirs),
                ours.stream().map(turn -> Math.round(turn.rate())).toList(),
                theirs.stream().map(turn -> Math.round(turn.rate())).toList());
    }

    private static double median(List<Turn> turns) {
        return Peers.median(turns.stream().map(Turn::rate).toList());
    }
}
