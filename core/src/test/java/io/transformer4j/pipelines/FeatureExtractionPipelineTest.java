package io.transformer4j.pipelines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.transformer4j.models.ModelInputs;
import io.transformer4j.models.auto.Models;
import io.transformer4j.models.bert.BertForMaskedLM;
import io.transformer4j.testing.SharedFiles;
import io.transformer4j.tokenizers.Tokenizer;
import io.transformer4j.torch.Devices;
import io.transformer4j.torch.TensorData;
import io.transformer4j.torch.TensorScope;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.NoGradGuard;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class FeatureExtractionPipelineTest {
    private static final String TEXT = "The river bank was green";

    @TempDir
    private static Path folder;

    private static FeatureExtractionPipeline pipeline;

    @BeforeAll
    static void open() {
        pipeline = Pipelines.featureExtraction(
                TinyCheckpoints.bert(folder), PipelineOptions.DEFAULT.with(o -> o.threads(2)));
    }

    @AfterAll
    static void close() {
        pipeline.close();
    }

    /** Hidden states after the embeddings and each of the five layers, by the model itself. */
    private static float[][] hiddenStates() {
        try (BertForMaskedLM model = Models.load(folder, BertForMaskedLM.class, Devices.cpu());
                NoGradGuard guard = new NoGradGuard();
                TensorScope scope = new TensorScope()) {
            int[] ids = Tokenizer.load(folder).encode(TEXT).ids();
            return model.encoder().forward(ModelInputs.of(List.of(ids), Devices.cpu()), true).hiddenStates().stream()
                    .map(TensorData::floats)
                    .toArray(float[][]::new);
        }
    }

    private static double expected(Pooling pooling, float[][] states, int column) {
        int width = pipeline.dimension();
        int tokens = states[0].length / width;
        int firstLayer = pooling == Pooling.LAST_FOUR_LAYERS ? 2 : 5;
        double sum = 0;
        for (int layer = firstLayer; layer <= 5; layer++) {
            for (int token = 0; token < (pooling == Pooling.CLS ? 1 : tokens); token++) {
                sum += states[layer][token * width + column];
            }
        }
        return pooling == Pooling.CLS ? sum : sum / tokens;
    }

    /** Pieces can be embedded as they are, end between words and leave nothing out. */
    @Test
    void longTextsAreDividedBetweenWords() {
        String text = "the river bank was green, and the water was cold, ".repeat(5) + "unbelievablyLongWord".repeat(9);
        List<List<WordSpans.Span>> pieces = pipeline.pieces(List.of(TEXT, "  ", text));
        assertThat(pieces.get(0)).containsExactly(new WordSpans.Span(0, TEXT.length()));
        assertThat(pieces.get(1)).isEmpty();
        List<WordSpans.Span> parts = pieces.get(2);
        assertThat(parts).hasSizeGreaterThan(3);
        Tokenizer tokenizer = Tokenizer.load(folder);
        int end = 0;
        for (WordSpans.Span part : parts) {
            assertThat(text.substring(end, part.start())).isBlank();
            end = part.end();
            String piece = text.substring(part.start(), part.end());
            if (!piece.contains("Word")) {
                assertThat(tokenizer.encode(piece).length()).isLessThanOrEqualTo(TinyCheckpoints.POSITIONS);
                assertThat(text.substring(part.end())).as("after " + piece).matches("(?s)[ ,u].*");
            }
        }
        assertThat(end).isEqualTo(text.length());
        pipeline.embed(List.of(text.substring(parts.get(0).start(), parts.get(0).end())));
    }

    @ParameterizedTest
    @EnumSource
    void poolsAsDefined(Pooling pooling) {
        float[][] states = hiddenStates();
        float[] vector = pipeline.embed(TEXT, pooling, false);
        float[] unit = pipeline.embed(TEXT, pooling, true);
        double norm = Math.sqrt(dot(vector, vector));

        assertThat(vector).hasSize(pipeline.dimension());
        for (int column = 0; column < vector.length; column++) {
            assertThat((double) vector[column]).isCloseTo(expected(pooling, states, column), within(1e-5));
            assertThat((double) unit[column]).isCloseTo(vector[column] / norm, within(1e-6));
        }
    }

    @ParameterizedTest
    @EnumSource
    void manyTextsGiveWhatEachGivesAlone(Pooling pooling) {
        List<String> texts = IntStream.range(0, 60)
                .mapToObj(i -> "money " + "water ".repeat(i % 7) + "cat".repeat(i % 3))
                .toList();
        List<float[]> together = pipeline.embed(texts, pooling, true);

        for (int i = 0; i < texts.size(); i++) {
            assertThat(dot(together.get(i), pipeline.embed(texts.get(i), pooling, true)))
                    .as(texts.get(i))
                    .isGreaterThan(0.99999);
        }
    }

    @Test
    void threadsMayShareAPipeline() {
        float[] alone = pipeline.embed(TEXT, Pooling.MEAN, true);
        List<CompletableFuture<float[]>> futures = IntStream.range(0, 16)
                .mapToObj(i -> CompletableFuture.supplyAsync(() -> pipeline.embed(TEXT, Pooling.MEAN, true)))
                .toList();

        assertThat(futures)
                .allSatisfy(future -> assertThat(dot(future.join(), alone)).isGreaterThan(0.99999));
    }

    @Test
    void tokensKnowWhereTheyAre() {
        List<TokenVector> tokens =
                pipeline.tokenVectors(List.of(TEXT), Pooling.MEAN).get(0);
        float[] states = hiddenStates()[5];

        assertThat(tokens.get(0).text()).isEqualTo("[CLS]");
        assertThat(tokens.get(0).end()).isZero();
        assertThat(tokens.subList(1, tokens.size() - 1))
                .allSatisfy(token -> assertThat(TEXT.substring(token.start(), token.end()))
                        .isEqualToIgnoringCase(token.text().replace("##", "")));
        for (int i = 0; i < tokens.size(); i++) {
            assertThat(tokens.get(i).vector()[0]).isCloseTo(states[i * pipeline.dimension()], within(1e-5f));
        }
    }

    @Test
    void wordsAreMeansOverTheirTokens() {
        List<TokenVector> words = pipeline.wordVectors(TEXT);
        List<TokenVector> tokens =
                pipeline.tokenVectors(List.of(TEXT), Pooling.MEAN).get(0);

        assertThat(words).extracting(TokenVector::text).containsExactly("The", "river", "bank", "was", "green");
        for (TokenVector word : words) {
            double mean = tokens.stream()
                    .filter(token ->
                            token.start() < token.end() && token.start() >= word.start() && token.end() <= word.end())
                    .mapToDouble(token -> token.vector()[3])
                    .average()
                    .orElseThrow();
            assertThat((double) word.vector()[3]).as(word.text()).isCloseTo(mean, within(1e-6));
        }
    }

    @Test
    void aDecoderHasVectorsToo(@TempDir Path gpt2) {
        try (FeatureExtractionPipeline decoder = Pipelines.featureExtraction(TinyCheckpoints.gpt2(gpt2))) {
            assertThat(decoder.embed(TEXT, Pooling.LAST_FOUR_LAYERS, false)).hasSize(16);
        }
    }

    @Test
    void saysWhichTextIsTooLong() {
        assertThatThrownBy(() -> pipeline.embed(List.of("cat", "the ".repeat(40)), Pooling.MEAN, false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("text 1 has 42 tokens, but the model's max_position_embeddings is 24");
    }

    @ParameterizedTest
    @org.junit.jupiter.params.provider.ValueSource(strings = {"all-MiniLM-L6-v2", "bge-small-zh-v1.5"})
    void agreesWithPublishedSentenceModels(String name) {
        Path model = SharedFiles.require("models/" + name);
        JsonNode spec = JsonMapper.shared().readTree(model.resolve("expected.json"));
        Pooling pooling = Pooling.valueOf(spec.get("pooling").asString().toUpperCase(java.util.Locale.ROOT));
        List<JsonNode> items = spec.get("items").valueStream().toList();
        try (FeatureExtractionPipeline sentences = Pipelines.featureExtraction(model)) {
            List<float[]> vectors = sentences.embed(
                    items.stream().map(item -> item.get("text").asString()).toList(), pooling, true);
            for (int i = 0; i < items.size(); i++) {
                float[] vector = vectors.get(i);
                float[] expected = new float[vector.length];
                for (int j = 0; j < vector.length; j++) {
                    expected[j] = items.get(i).get("embedding").get(j).floatValue();
                }
                double cosine = dot(vector, expected) / Math.sqrt(dot(expected, expected));
                assertThat(cosine).as(items.get(i).get("text").asString()).isGreaterThan(0.99999);
            }
        }
    }

    private static double dot(float[] a, float[] b) {
        return IntStream.range(0, a.length)
                .mapToDouble(i -> (double) a[i] * b[i])
                .sum();
    }
}
