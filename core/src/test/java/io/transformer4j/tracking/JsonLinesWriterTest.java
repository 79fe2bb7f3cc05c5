package io.transformer4j.tracking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JsonLinesWriterTest {

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void chooseFile() {
        file = folder.resolve("metrics.jsonl");
    }

    @Test
    void eachRecordIsALineInTheFileAtOnce() throws IOException {
        try (JsonLinesWriter metrics = JsonLinesWriter.create(file)) {
            Map<String, Object> values = new LinkedHashMap<>();
            values.put("loss", 2.5);
            values.put("tokens", 12_345L);
            values.put("split", "Prüfung");
            metrics.write(1, values);
            assertThat(file).hasContent("{\"step\":1,\"loss\":2.5,\"tokens\":12345,\"split\":\"Prüfung\"}\n");
            metrics.write(2, Map.of("loss", 2.25));
            assertThat(Files.readAllLines(file)).hasSize(2).last().isEqualTo("{\"step\":2,\"loss\":2.25}");
        }
    }

    @Test
    void numbersThatJsonLacksAreStrings() throws IOException {
        try (JsonLinesWriter metrics = JsonLinesWriter.create(file)) {
            metrics.write(1, Map.of("loss", Double.NaN));
            metrics.write(2, Map.of("loss", Float.NEGATIVE_INFINITY));
        }

        assertThat(Files.readAllLines(file))
                .containsExactly("{\"step\":1,\"loss\":\"NaN\"}", "{\"step\":2,\"loss\":\"-Infinity\"}");
    }

    @Test
    void aResumedRunLeavesNoDuplicates() throws IOException {
        writeSteps(10);
        try (JsonLinesWriter metrics = JsonLinesWriter.resume(file, 6)) {
            metrics.write(7, Map.of());
        }

        assertThat(Files.readAllLines(file)).hasSize(7).last().isEqualTo("{\"step\":7}");
    }

    @Test
    void anUnfinishedLastLineIsDropped() throws IOException {
        writeSteps(3);
        Files.writeString(file, Files.readString(file) + "{\"step\":3,\"lo");

        JsonLinesWriter.resume(file, 100).close();

        assertThat(Files.readAllLines(file)).hasSize(3);
    }

    @Test
    void anUnfinishedLineMayLookComplete() throws IOException {
        writeSteps(2);
        Files.writeString(file, Files.readString(file) + "{\"step\":3}");

        try (JsonLinesWriter metrics = JsonLinesWriter.resume(file, 2)) {
            metrics.write(3, Map.of());
        }

        assertThat(Files.readAllLines(file)).containsExactly("{\"step\":1}", "{\"step\":2}", "{\"step\":3}");
    }

    @Property(tries = 50)
    void resumeKeepsExactlyTheStepsUpToTheCheckpoint(
            @ForAll @IntRange(max = 20) int written, @ForAll @IntRange(max = 25) int checkpoint) throws IOException {
        Path metrics = Files.createTempFile("metrics", ".jsonl");
        try {
            file = metrics;
            writeSteps(written);
            JsonLinesWriter.resume(file, checkpoint).close();
            assertThat(Files.readAllLines(file)).hasSize(Math.min(written, checkpoint));
        } finally {
            Files.delete(metrics);
        }
    }

    @Test
    void aMissingFileIsStarted() throws IOException {
        JsonLinesWriter.resume(file, 5).close();

        assertThat(file).isEmptyFile();
    }

    @Test
    void aForeignFileIsLeftAlone() throws IOException {
        String foreign = "{\"step\":1}\nnot json\n{\"step\":2}\n";
        Files.writeString(file, foreign);

        assertThatThrownBy(() -> JsonLinesWriter.resume(file, 5))
                .isInstanceOf(IOException.class)
                .hasMessage(file + ", line 2: not a JSON record with a step");
        assertThat(file).hasContent(foreign);
        Files.writeString(file, "{\"loss\":1}\n");
        assertThatThrownBy(() -> JsonLinesWriter.resume(file, 5)).hasMessageContaining("line 1");
    }

    @Test
    void theStepIsTheWritersOwn() throws IOException {
        try (JsonLinesWriter metrics = JsonLinesWriter.create(file)) {
            assertThatThrownBy(() -> metrics.write(1, Map.of("step", 2))).isInstanceOf(IllegalArgumentException.class);
        }
    }

    private void writeSteps(int last) throws IOException {
        try (JsonLinesWriter metrics = JsonLinesWriter.create(file)) {
            for (int step = 1; step <= last; step++) {
                metrics.write(step, Map.of());
            }
        }
        assertThat(Files.readAllLines(file)).hasSize(last);
    }
}
