package io.transformer4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Files that Hugging Face's own libraries wrote: read, written again, compared byte for byte. */
class SharedCheckpointsTest {
    @TempDir
    Path folder;

    @TestFactory
    Stream<DynamicTest> everyFileIsWrittenAgainByteForByte() throws IOException {
        Path shared = SharedFiles.require("oracles");
        try (Stream<Path> files = Files.walk(shared)) {
            return files.filter(file -> file.toString().endsWith(".safetensors")).sorted().toList().stream()
                    .map(file -> DynamicTest.dynamicTest(shared.relativize(file).toString(), () -> rewrite(file)));
        }
    }

    private void rewrite(Path original) {
        Path copy = folder.resolve("copy.safetensors");
        try (PointerScope scope = new PointerScope();
                SafetensorsFile file = SafetensorsFile.open(original)) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            file.names().forEach(name -> tensors.put(name, file.tensor(name)));
            SafetensorsWriter.write(copy, tensors, file.metadata());
            assertThat(Files.mismatch(original, copy))
                    .as("first different byte")
                    .isEqualTo(-1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
