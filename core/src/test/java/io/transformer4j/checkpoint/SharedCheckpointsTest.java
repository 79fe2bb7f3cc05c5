package io.transformer4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.function.ThrowingConsumer;
import org.junit.jupiter.api.io.TempDir;

/** Files that Hugging Face's own libraries wrote: read, written again, compared byte for byte. */
class SharedCheckpointsTest {
    @TempDir
    Path folder;

    @TestFactory
    Stream<DynamicTest> everySafetensorsFileIsWrittenAgainByteForByte() throws IOException {
        return eachFile(name -> name.endsWith(".safetensors"), this::rewrite);
    }

    @TestFactory
    Stream<DynamicTest> everyConfigurationAndIndexIsWrittenAgainByteForByte() throws IOException {
        return eachFile(name -> name.endsWith("config.json") || name.endsWith(".index.json"), file -> {
            String text = Files.readString(file);
            assumeTrue(
                    text.contains("transformers_version") || text.contains("weight_map"), "skipped: not HF's own file");
            assertThat(PythonJson.text(ConfigJson.readTree(file))).isEqualTo(text);
        });
    }

    @TestFactory
    Stream<DynamicTest> everyModelOpens() throws IOException {
        return eachFile("config.json"::equals, file -> {
            try (CheckpointReader weights = CheckpointReader.open(file.getParent())) {
                assertThat(weights.names()).isNotEmpty();
            }
        });
    }

    private static Stream<DynamicTest> eachFile(Predicate<String> wanted, ThrowingConsumer<Path> test)
            throws IOException {
        Path shared = SharedFiles.require("oracles");
        try (Stream<Path> files = Files.walk(shared)) {
            List<Path> found = files.filter(
                            file -> wanted.test(file.getFileName().toString()))
                    .sorted()
                    .toList();
            assertThat(found).isNotEmpty();
            return found.stream()
                    .map(file -> DynamicTest.dynamicTest(shared.relativize(file).toString(), () -> test.accept(file)));
        }
    }

    private void rewrite(Path original) throws IOException {
        Path copy = folder.resolve("copy.safetensors");
        try (PointerScope scope = new PointerScope();
                SafetensorsFile file = SafetensorsFile.open(original)) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            file.names().forEach(name -> tensors.put(name, file.tensor(name)));
            SafetensorsWriter.write(copy, tensors, file.metadata());
            assertThat(Files.mismatch(original, copy))
                    .as("first different byte")
                    .isEqualTo(-1);
        }
    }
}
