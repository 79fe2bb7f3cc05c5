package io.transformer4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reading and writing the weights of a model's folder. */
class CheckpointReaderTest {
    @TempDir
    Path temporary;

    private Path folder;
    private PointerScope scope;

    @BeforeEach
    void prepare() throws IOException {
        folder = Files.createDirectory(temporary.resolve("model"));
        scope = new PointerScope();
    }

    @AfterEach
    void closeScope() {
        scope.close();
    }

    @Test
    void oneFileIfItFits() throws IOException {
        CheckpointWriter.write(folder, weights(10, 20, 30), 240);
        assertThat(files()).containsExactly("model.safetensors");
        assertWeights(10, 20, 30);
    }

    @Test
    void shardsAndTheirIndexIfItDoesNot() throws IOException {
        CheckpointWriter.write(folder, weights(10, 20, 100, 30), 239);
        assertThat(files())
                .containsExactly(
                        "model-00001-of-00003.safetensors",
                        "model-00002-of-00003.safetensors",
                        "model-00003-of-00003.safetensors",
                        "model.safetensors.index.json");
        assertThat(folder.resolve("model.safetensors.index.json")).hasContent("""
                        {
                          "metadata": {
                            "total_parameters": 160,
                            "total_size": 640
                          },
                          "weight_map": {
                            "w0": "model-00002-of-00003.safetensors",
                            "w1": "model-00002-of-00003.safetensors",
                            "w2": "model-00001-of-00003.safetensors",
                            "w3": "model-00003-of-00003.safetensors"
                          }
                        }
                        """);
        assertWeights(10, 20, 100, 30);
        try (CheckpointReader reader = CheckpointReader.open(folder)) {
            assertThat(reader.totalBytes()).isEqualTo(640);
            assertThat(reader.fileOf("w3")).hasFileName("model-00003-of-00003.safetensors");
            assertThat(reader.info("w3").shape()).containsExactly(30L);
        }
    }

    @Test
    void anEarlierSaveIsRemovedSoThatNobodyReadsIt() throws IOException {
        Files.writeString(folder.resolve("config.json"), "{}");
        CheckpointWriter.write(folder, weights(1, 2, 3), 4);
        CheckpointWriter.write(folder, weights(4, 5), 20);
        assertThat(files())
                .containsExactly(
                        "config.json",
                        "model-00001-of-00002.safetensors",
                        "model-00002-of-00002.safetensors",
                        "model.safetensors.index.json");
        CheckpointWriter.write(folder, weights(6));
        assertThat(files()).containsExactly("config.json", "model.safetensors");
        assertWeights(6);
    }

    @Test
    void opensAFileOrAnIndexByName() {
        CheckpointWriter.write(folder, weights(1, 2), 4);
        try (CheckpointReader one = CheckpointReader.open(folder.resolve("model-00002-of-00002.safetensors"));
                CheckpointReader all = CheckpointReader.open(folder.resolve("model.safetensors.index.json"))) {
            assertThat(one.names()).containsExactly("w0");
            assertThat(all.names()).containsExactlyInAnyOrder("w0", "w1");
        }
    }

    @Test
    void aTensorOutlivesItsReader() {
        CheckpointWriter.write(folder, weights(7));
        Tensor weight;
        try (CheckpointReader reader = CheckpointReader.open(folder)) {
            weight = reader.tensor("w0");
        }
        assertThat(weight.sum().item_float()).isEqualTo(7);
    }

    @Test
    void tensorsThatTheIndexForgotAreNotLostAndAmbiguousOnesGoByTheIndex() throws IOException {
        SafetensorsWriter.write(folder.resolve("a.safetensors"), weights(1, 2));
        SafetensorsWriter.write(folder.resolve("b.safetensors"), weights(3, 4, 5));
        index("{\"weight_map\": {\"w0\": \"a.safetensors\", \"w1\": \"b.safetensors\"}}");
        try (CheckpointReader reader = CheckpointReader.open(folder)) {
            assertThat(reader.names()).containsExactlyInAnyOrder("w0", "w1", "w2");
            assertThat(reader.info("w0").shape()).containsExactly(1L);
            assertThat(reader.info("w1").shape()).containsExactly(4L);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"../a", "/etc/passwd", "x/../../a", "./a", "", "a\\\\b", "a\\u0000b", "x//a", "."})
    void shardsOutsideTheFolderAreRefused(String name) throws IOException {
        SafetensorsWriter.write(temporary.resolve("a"), weights(1));
        index("{\"weight_map\": {\"w0\": \"" + name + "\"}}");
        assertThatThrownBy(() -> CheckpointReader.open(folder))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith(folder.resolve("model.safetensors.index.json") + ": names the file \"")
                .hasMessageEndingWith("\", but only files inside its folder are allowed");
    }

    @Test
    void linksOutOfTheFolderAreRefused() throws IOException {
        SafetensorsWriter.write(temporary.resolve("secret"), weights(1));
        Files.createSymbolicLink(folder.resolve("a.safetensors"), temporary.resolve("secret"));
        index("{\"weight_map\": {\"w0\": \"a.safetensors\"}}");
        assertThatThrownBy(() -> CheckpointReader.open(folder))
                .hasMessageEndingWith("names the file \"a.safetensors\", which is a link that leads out of its folder");
    }

    @Test
    void theLinksOfAHubCacheAreFollowed() throws IOException {
        Path blobs = Files.createDirectories(temporary.resolve("models--a--b/blobs"));
        Path snapshot = Files.createDirectories(temporary.resolve("models--a--b/snapshots/0123"));
        SafetensorsWriter.write(blobs.resolve("abcd"), weights(9));
        Files.writeString(blobs.resolve("ef01"), "{\"weight_map\": {\"w0\": \"s.safetensors\"}}");
        Files.createSymbolicLink(snapshot.resolve("s.safetensors"), Path.of("../../blobs/abcd"));
        Files.createSymbolicLink(snapshot.resolve("model.safetensors.index.json"), Path.of("../../blobs/ef01"));
        try (CheckpointReader reader = CheckpointReader.open(snapshot)) {
            assertThat(reader.names()).containsExactly("w0");
        }
    }

    @Test
    void saysWhatIsWrongWithAnIndex() throws IOException {
        Path index = index("{}");
        assertThatThrownBy(() -> CheckpointReader.open(folder)).hasMessage(index + ": must have an object weight_map");
        index("{\"weight_map\": {\"w0\": 1}}");
        assertThatThrownBy(() -> CheckpointReader.open(folder))
                .hasMessage(index + ": weight_map must have a file name for \"w0\"");
        index("{\"weight_map\": {\"w0\": \"none\"}}");
        assertThatThrownBy(() -> CheckpointReader.open(folder))
                .hasMessage(index + ": names the file \"none\", which does not exist");
        SafetensorsWriter.write(folder.resolve("a"), weights(1));
        index("{\"weight_map\": {\"w0\": \"a\", \"w1\": \"a\"}}");
        assertThatThrownBy(() -> CheckpointReader.open(folder))
                .hasMessage(index + ": places the tensor \"w1\" in a, which doesn't have it");
    }

    @Test
    void picklesAreRefusedWithTheWayToConvertThem() throws IOException {
        Path pickle = Files.writeString(folder.resolve("pytorch_model.bin"), "\u0080");
        for (Path path : List.of(folder, pickle)) {
            assertThatThrownBy(() -> CheckpointReader.open(path))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageStartingWith(pickle + ": is a pickle, which can run code when it is read;")
                    .hasMessageContaining("python3 -c \"import glob, torch, safetensors.torch as st; st.save_file(")
                    .hasMessageContaining("glob('pytorch_model*.bin')")
                    .message()
                    .doesNotContain("\n");
        }
        assertThatThrownBy(() -> CheckpointReader.open(folder.resolve("best.PT")))
                .hasMessageContaining("glob('best.PT')");
        assertThatThrownBy(() -> CheckpointReader.open(folder.resolve("'); evil('.pt")))
                .hasMessageContaining("glob('pytorch_model*.bin')");
    }

    @Test
    void safetensorsArePreferredToPickles() throws IOException {
        Files.writeString(folder.resolve("pytorch_model.bin"), "x");
        CheckpointWriter.write(folder, weights(7));
        assertWeights(7);
    }

    @Test
    void saysThatAFolderHasNoWeights() {
        assertThatThrownBy(() -> CheckpointReader.open(folder))
                .hasMessage(folder + ": has no weights: neither model.safetensors nor model.safetensors.index.json");
    }

    private void assertWeights(int... sizes) {
        try (CheckpointReader reader = CheckpointReader.open(folder)) {
            assertThat(reader.names()).hasSize(sizes.length);
            for (int i = 0; i < sizes.length; i++) {
                assertThat(reader.tensor("w" + i).sum().item_float()).isEqualTo(sizes[i]);
            }
            assertThatThrownBy(() -> reader.tensor("w")).hasMessageEndingWith("has no tensor \"w\"");
        }
    }

    /** Weights w0, w1, … of these sizes, all ones. */
    private static Map<String, Tensor> weights(int... sizes) {
        Map<String, Tensor> weights = new LinkedHashMap<>();
        for (int size : sizes) {
            weights.put("w" + weights.size(), torch.ones(size));
        }
        return weights;
    }

    private Path index(String json) throws IOException {
        return Files.writeString(folder.resolve("model.safetensors.index.json"), json);
    }

    private List<String> files() throws IOException {
        try (Stream<Path> children = Files.list(folder)) {
            return children.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
