package io.transformer4j.verification;

import static org.assertj.core.api.Assertions.assertThat;

import io.transformer4j.testing.SharedFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every model folder among the references agrees; a new folder is a new test. */
class CheckpointVerifierTest {
    private static final int SHOWN = 5;

    @TestFactory
    List<DynamicTest> everyFolderAgrees() throws IOException {
        return list("oracles", "config.json").stream()
                .map(folder -> DynamicTest.dynamicTest(folder.getFileName().toString(), folder.toUri(), () -> {
                    VerificationReport report = CheckpointVerifier.verify(folder);
                    assertThat(report.problems()).isEmpty();
                    assertThat(report.disagreements().stream().limit(SHOWN)).isEmpty();
                    assertThat(report.checks()).isNotEmpty();
                }))
                .toList();
    }

    /** Each reference run belongs to a folder above, whose verification includes it. */
    @Test
    void everyTrainingRunHasItsFolder() throws IOException {
        Path oracles = SharedFiles.require("oracles");
        try (Stream<Path> runs = Files.list(oracles.resolve("training"))) {
            assertThat(runs.map(run -> run.getFileName().toString().replace(".safetensors", "")))
                    .isNotEmpty()
                    .allSatisfy(name -> assertThat(oracles.resolve(name).resolve("inputs.json"))
                            .exists());
        }
    }

    private static List<Path> list(String shared, String marker) throws IOException {
        try (Stream<Path> folders = Files.list(SharedFiles.require(shared))) {
            return folders.filter(folder -> Files.exists(folder.resolve(marker)))
                    .sorted()
                    .toList();
        }
    }
}
