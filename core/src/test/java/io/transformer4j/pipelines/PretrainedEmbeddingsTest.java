package io.transformer4j.pipelines;

import static org.assertj.core.api.Assertions.assertThat;

import io.transformer4j.testing.SharedFiles;
import io.transformer4j.tokenizers.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Real embedding models against what ONNX Runtime computed from them: a test for each folder that has an {@code expected.json}. */
class PretrainedEmbeddingsTest {
    private static final double SMALLEST_COSINE = 0.99999;

    @TestFactory
    Stream<DynamicTest> modelsAgreeWithTheirReferences() throws IOException {
        List<Path> folders;
        try (Stream<Path> all = Files.list(SharedFiles.require("models"))) {
            folders = all.filter(folder -> Files.exists(folder.resolve("expected.json")))
                    .sorted()
                    .toList();
        }
        assertThat(folders).isNotEmpty();
        return folders.stream()
                .map(folder -> DynamicTest.dynamicTest(folder.getFileName().toString(), () -> compare(folder)));
    }

    private static void compare(Path folder) {
        JsonNode expected = JsonMapper.shared().readTree(folder.resolve("expected.json"));
        List<JsonNode> items = expected.path("items").valueStream().toList();
        List<String> texts =
                items.stream().map(item -> item.path("text").asString()).toList();
        Tokenizer tokenizer = Tokenizer.load(folder);
        assertThat(items).isNotEmpty();
        try (FeatureExtractionPipeline pipeline = Pipelines.featureExtraction(folder)) {
            assertThat(pipeline.pooling().pooling().name())
                    .isEqualToIgnoringCase(expected.path("pooling").asString());
            assertThat(pipeline.pooling().normalize())
                    .isEqualTo(expected.path("normalised").asBoolean());
            List<float[]> vectors = pipeline.embed(texts);
            double smallest = 1;
            for (int i = 0; i < items.size(); i++) {
                assertThat(tokenizer.encodeToIds(texts.get(i), true))
                        .as(texts.get(i))
                        .containsExactly(ints(items.get(i).path("input_ids")));
                double cosine = cosine(vectors.get(i), items.get(i).path("embedding"));
                assertThat(cosine).as(texts.get(i)).isGreaterThan(SMALLEST_COSINE);
                smallest = Math.min(smallest, cosine);
            }
            System.out.printf(
                    Locale.ROOT,
                    "%s: %d texts, largest distance of a cosine from 1: %.1e%n",
                    folder.getFileName(),
                    items.size(),
                    1 - smallest);
        }
    }

    private static int[] ints(JsonNode array) {
        return array.valueStream().mapToInt(JsonNode::asInt).toArray();
    }

    private static double cosine(float[] vector, JsonNode reference) {
        double[] other = reference.valueStream().mapToDouble(JsonNode::asDouble).toArray();
        assertThat(vector).hasSize(other.length);
        return IntStream.range(0, other.length)
                        .mapToDouble(i -> vector[i] * other[i])
                        .sum()
                / Math.sqrt(IntStream.range(0, other.length)
                        .mapToDouble(i -> (double) vector[i] * vector[i])
                        .sum())
                / Math.sqrt(IntStream.range(0, other.length)
                        .mapToDouble(i -> other[i] * other[i])
                        .sum());
    }
}
