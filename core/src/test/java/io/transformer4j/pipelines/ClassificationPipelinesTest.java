package io.transformer4j.pipelines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.transformer4j.checkpoint.CheckpointException;
import io.transformer4j.checkpoint.ConfigJson;
import io.transformer4j.models.Labels;
import io.transformer4j.models.PretrainedModel;
import io.transformer4j.models.auto.Models;
import io.transformer4j.tokenizers.Tokenizer;
import io.transformer4j.torch.Devices;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pipelines of small random models: where things are and that they agree matters, not what is said. */
class ClassificationPipelinesTest {
    private static final List<String> TEXTS = List.of(
            "the cat sat on the mat and looked at the river", "money", "a model learns words", "he went to the bank");
    private static final String LONG = "the river bank was green, and the water was cold ".repeat(8);

    @TempDir
    private static Path folder;

    @BeforeAll
    static void make() throws IOException {
        TinyCheckpoints.bert(folder.resolve("mlm"));
        make("ForSequenceClassification", Labels.of("contradiction", "entailment"));
        make("ForTokenClassification", new Labels(List.of("O", "B-x", "I-x"), null));
        make("ForQuestionAnswering", new Labels(List.of("LABEL_0", "LABEL_1"), null));
    }

    private static void make(String architecture, Labels labels) throws IOException {
        Path encoder = folder.resolve("mlm");
        Path out = Files.createDirectories(folder.resolve(architecture));
        try (PretrainedModel model = Models.loadWithNewHead(
                encoder,
                labels.addTo(ConfigJson.readTree(encoder.resolve("config.json"))),
                architecture,
                Devices.cpu(),
                1)) {
            Models.save(model, out);
        }
        Tokenizer.load(encoder).save(out);
    }

    private static PipelineOptions options() {
        return PipelineOptions.DEFAULT.with(o -> o.threads(2));
    }

    @Test
    void batchesStreamsAndSinglesAgree() {
        try (TextClassificationPipeline pipeline =
                Pipelines.textClassification(folder.resolve("ForSequenceClassification"), options())) {
            List<ClassificationResult> batch = pipeline.classify(TEXTS);
            for (int i = 0; i < TEXTS.size(); i++) {
                assertSame(pipeline.classify(TEXTS.get(i)), batch.get(i));
            }
            assertThat(pipeline.classify(TEXTS.stream()).toList()).hasSameSizeAs(TEXTS);
            assertThat(batch.get(0).scores().stream()
                            .mapToDouble(ClassificationResult.LabelScore::score)
                            .sum())
                    .isCloseTo(1, within(1e-5));
        }
    }

    private static void assertSame(ClassificationResult actual, ClassificationResult expected) {
        assertThat(actual.best().label()).isEqualTo(expected.best().label());
        assertThat(actual.best().score()).isCloseTo(expected.best().score(), within(1e-4));
    }

    @Test
    void sixtyFourThreadsShareOnePipeline() {
        ExecutorService threads = Executors.newFixedThreadPool(64);
        try (TextClassificationPipeline pipeline =
                Pipelines.textClassification(folder.resolve("ForSequenceClassification"), options())) {
            List<ClassificationResult> expected = pipeline.classify(TEXTS);
            List<CompletableFuture<ClassificationResult>> answers = IntStream.range(0, 512)
                    .mapToObj(i -> CompletableFuture.supplyAsync(
                            () -> pipeline.classify(TEXTS.get(i % TEXTS.size())), threads))
                    .toList();
            for (int i = 0; i < answers.size(); i++) {
                assertSame(answers.get(i).join(), expected.get(i % TEXTS.size()));
            }
        } finally {
            threads.shutdown();
        }
    }

    @Test
    void longTextsAreReadInWindowsOrCut() {
        Path model = folder.resolve("ForSequenceClassification");
        try (TextClassificationPipeline whole = Pipelines.textClassification(model, options());
                TextClassificationPipeline cut =
                        Pipelines.textClassification(model, options().with(o -> o.truncation(true)))) {
            double windows = whole.classify(LONG).best().score();
            assertThat(windows).isNotCloseTo(cut.classify(LONG).best().score(), within(1e-6));
            assertSame(cut.classify(LONG + " money money"), cut.classify(LONG));
        }
    }

    @Test
    void pairsAreAllOrNone() {
        try (TextClassificationPipeline pipeline =
                Pipelines.textClassification(folder.resolve("ForSequenceClassification"), options())) {
            double one = pipeline.classifyPairs(List.of(new TextPair("the cat", "the bank")))
                    .get(0)
                    .best()
                    .score();
            double other = pipeline.classifyPairs(List.of(new TextPair("the cat", "the mat")))
                    .get(0)
                    .best()
                    .score();
            assertThat(one).isNotEqualTo(other);
            assertThatThrownBy(() -> pipeline.classifyPairs(List.of(new TextPair("a", "b"), new TextPair("a", null))))
                    .hasMessage("1 of 2 texts have a second one, but all or none must");
        }
    }

    @Test
    void zeroShotWeighsEntailment() {
        try (ZeroShotClassificationPipeline pipeline =
                Pipelines.zeroShotClassification(folder.resolve("ForSequenceClassification"), options())) {
            ClassificationResult one =
                    pipeline.classify(TEXTS, List.of("cat", "bank", "water")).get(0);
            assertThat(one.scores().stream()
                            .mapToDouble(ClassificationResult.LabelScore::score)
                            .sum())
                    .isCloseTo(1, within(1e-6));
            assertThatThrownBy(() -> pipeline.classify(TEXTS, List.of("cat"), "no place", false))
                    .hasMessageContaining("no place");
        }
    }

    @Test
    void entitiesStandWhereTheySay() {
        try (TokenClassificationPipeline pipeline =
                Pipelines.tokenClassification(folder.resolve("ForTokenClassification"), options())) {
            for (Aggregation aggregation : Aggregation.values()) {
                List<List<TextEntity>> found = pipeline.entities(List.of(TEXTS.get(0), LONG, "money"), aggregation);
                assertThat(found).hasSize(3);
                assertThat(found.get(1)).isNotEmpty();
                for (TextEntity entity : found.get(1)) {
                    assertThat(LONG.substring(entity.start(), entity.end())).isEqualTo(entity.text());
                    assertThat(entity.score()).isBetween(0.0, 1.0);
                }
            }
            assertThat(pipeline.entities(Stream.of("money", LONG), Aggregation.FIRST)
                            .toList())
                    .hasSize(2);
        }
    }

    @Test
    void everyGivenWordHasATag() {
        List<List<String>> sentences = List.of(
                List.of(LONG.split(" ")), List.of("\u200d", "cat"), List.of("the-cat's", "mat"), List.of("\u200d"));
        try (TokenClassificationPipeline pipeline =
                Pipelines.tokenClassification(folder.resolve("ForTokenClassification"), options())) {
            List<List<String>> tags = pipeline.tagWords(sentences);
            for (int i = 0; i < sentences.size(); i++) {
                assertThat(tags.get(i)).hasSameSizeAs(sentences.get(i));
            }
            assertThat(tags.get(3)).containsExactly("O");
        }
    }

    @Test
    void answersStandInTheContext() {
        try (QuestionAnsweringPipeline pipeline =
                Pipelines.questionAnswering(folder.resolve("ForQuestionAnswering"), options())) {
            List<Answer> answers = pipeline.answer(List.of(new Question("the cat", LONG)), 5, true)
                    .get(0);
            assertThat(answers).hasSize(5);
            assertThat(answers)
                    .isSortedAccordingTo(
                            Comparator.comparingDouble(Answer::score).reversed());
            answers.forEach(answer ->
                    assertThat(LONG.substring(answer.start(), answer.end())).isEqualTo(answer.text()));
        }
    }

    @Test
    void similarityIsACosine() {
        try (SentenceSimilarityPipeline pipeline = Pipelines.sentenceSimilarity(folder.resolve("mlm"), options())) {
            assertThat(pipeline.similarity("the cat", "the cat")).isCloseTo(1, within(1e-5));
            assertThat(pipeline.mostSimilar("the cat", List.of("money", "the cat"), 1)
                            .get(0)
                            .item())
                    .isEqualTo("the cat");
        }
    }

    @Test
    void aModelOfAnotherKindIsRefused() {
        assertThatThrownBy(() -> Pipelines.textClassification(folder.resolve("mlm")))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("BertForMaskedLM, which doesn't classify texts");
    }
}
