package io.transformer4j.cli;

import io.transformer4j.data.SequencePacking;
import io.transformer4j.models.bert.BertConfig;
import io.transformer4j.models.bert.BertForMaskedLM;
import io.transformer4j.pipelines.FeatureExtractionPipeline;
import io.transformer4j.pipelines.FillMaskPipeline;
import io.transformer4j.pipelines.FillMaskResult;
import io.transformer4j.pipelines.NearestNeighbours;
import io.transformer4j.pipelines.PipelineOptions;
import io.transformer4j.pipelines.Pipelines;
import io.transformer4j.pipelines.TokenVector;
import io.transformer4j.pretraining.Objective;
import io.transformer4j.pretraining.PretrainingSettings;
import io.transformer4j.progress.ProgressListener;
import io.transformer4j.tokenizers.Tokenizer;
import io.transformer4j.tokenizers.trainers.WordPieceTrainer;
import io.transformer4j.training.TrainingArguments;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Device;

/** WordPiece, encoder, masked-language modelling: BERT in two minutes. */
final class BertDemo {
    private static final int VOCABULARY = 4000;
    private static final int MAX_LENGTH = 48;
    private static final int MASKED_SENTENCES = 6;
    private static final int NEIGHBOUR_SENTENCES = 1500;
    private static final List<String> QUERY_WORDS = List.of("list", "thread", "returns", "character");

    private final DemoRun run;

    BertDemo(DemoRun run) {
        this.run = run;
    }

    void show(long steps, long seed, Device device, PipelineOptions options) throws IOException {
        run.say("%n== BERT: WordPiece vocabulary, encoder, masked-language modelling ==");
        Tokenizer tokenizer = WordPieceTrainer.builder()
                .vocabSize(VOCABULARY)
                .build()
                .train(List.of(run.corpus().train()), ProgressListener.NONE);
        run.say(
                "WordPiece vocabulary of %,d; for example: %s",
                tokenizer.vocabSize(),
                String.join(
                        " ",
                        tokenizer
                                .encode("Returns an unmodifiable view of the underlying byte buffer.")
                                .tokens()));

        PretrainingSettings settings = PretrainingSettings.of(Objective.MLM)
                .with(s -> s.maxLength(MAX_LENGTH).packing(SequencePacking.SENTENCES));
        DemoRun.Tokens tokens = run.tokenize(tokenizer, settings);
        // Narrow: start with weights of about 1/√width, or the first thousand steps are spent on getting there.
        BertConfig config = BertConfig.BASE.with(c -> c.vocabSize(tokenizer.vocabSize())
                .hiddenSize(128)
                .numHiddenLayers(2)
                .numAttentionHeads(4)
                .intermediateSize(512)
                .maxPositionEmbeddings(MAX_LENGTH)
                .hiddenDropoutProb(0)
                .attentionProbsDropoutProb(0)
                .initializerRange(0.08));
        TrainingArguments arguments = TrainingArguments.DEFAULTS.with(a -> a.maxSteps(steps)
                .batchSize(32)
                .learningRate(1.5e-3)
                .warmupSteps(Math.min(100, steps / 10))
                .loggingSteps(20)
                .evalSteps(Math.max(1, steps / 5))
                .evalBatches(60)
                .seed(seed));
        try (BertForMaskedLM model = new BertForMaskedLM(config)) {
            model.initializeWeights(seed, device);
            double accuracy =
                    run.train(model, tokenizer, tokens, settings, arguments).get("eval_accuracy");
            double majority = tokens.majorityShare();
            run.say(
                    "always guessing the most frequent token would be right in %.1f %%: the model is %.1f times as good",
                    100 * majority, accuracy / majority);
        }
        List<String> heldOut = heldOutSentences();
        fillMasks(heldOut, seed, options);
        neighbours(heldOut, options);
        run.say(
                "%nSaved: %s (Hugging Face folder), loss curve %s",
                run.folder(), run.folder().resolve("loss.png"));
    }

    /** Sentences that the model has never seen, of a length that fits a line. */
    private List<String> heldOutSentences() throws IOException {
        try (Stream<String> lines = Files.lines(run.corpus().heldOut())) {
            return lines.filter(line -> line.length() >= 45 && line.length() <= 90)
                    .toList();
        }
    }

    private void fillMasks(List<String> sentences, long seed, PipelineOptions options) {
        run.say("%nMasks in held-out sentences:");
        Random random = new Random(seed);
        try (FillMaskPipeline pipeline = Pipelines.fillMask(run.folder(), options)) {
            for (int i = 0; i < MASKED_SENTENCES; i++) {
                String sentence = sentences.get(random.nextInt(sentences.size()));
                List<String> words = new ArrayList<>(List.of(sentence.split(" ", -1)));
                int masked = 1 + random.nextInt(words.size() - 2);
                String truth = words.set(masked, pipeline.maskToken());
                FillMaskResult result = pipeline.fill(String.join(" ", words), 4);
                String guesses = result.masks().get(0).candidates().stream()
                        .map(c -> String.format(Locale.ROOT, "%s %.0f %%", c.token(), 100 * c.score()))
                        .collect(Collectors.joining(", "));
                run.say("  %s%n    %s   (was: %s)", result.text(), guesses, truth);
            }
        }
    }

    private void neighbours(List<String> sentences, PipelineOptions options) {
        run.say("%nNearest neighbours of words in context:");
        List<String> sample = sentences.subList(0, Math.min(NEIGHBOUR_SENTENCES, sentences.size()));
        try (FeatureExtractionPipeline pipeline = Pipelines.featureExtraction(run.folder(), options)) {
            List<List<TokenVector>> words = pipeline.wordVectors(sample);
            NearestNeighbours<TokenVector> index = NearestNeighbours.ofTokens(
                    words.stream().flatMap(List::stream).toList());
            for (String query : QUERY_WORDS) {
                for (int i = 0; i < sample.size(); i++) {
                    TokenVector found = find(words.get(i), query);
                    if (found != null) {
                        run.say("  %-10s in \"%s\"%n    %s", query, sample.get(i), others(index, found));
                        break;
                    }
                }
            }
        }
    }

    private static @org.jspecify.annotations.Nullable TokenVector find(List<TokenVector> words, String query) {
        return words.stream()
                .filter(word -> word.text().equalsIgnoreCase(query))
                .findFirst()
                .orElse(null);
    }

    /** The five nearest words other than the word itself, each once. */
    private static String others(NearestNeighbours<TokenVector> index, TokenVector word) {
        Map<String, Double> nearest = new LinkedHashMap<>();
        String own = word.text().toLowerCase(Locale.ROOT);
        for (NearestNeighbours.Neighbour<TokenVector> neighbour : index.nearest(word.vector(), 400)) {
            String text = neighbour.item().text().toLowerCase(Locale.ROOT);
            if (!text.equals(own) && nearest.size() < 5) {
                nearest.putIfAbsent(text, neighbour.similarity());
            }
        }
        return nearest.entrySet().stream()
                .map(entry -> String.format(Locale.ROOT, "%s %.2f", entry.getKey(), entry.getValue()))
                .collect(Collectors.joining(", "));
    }
}
