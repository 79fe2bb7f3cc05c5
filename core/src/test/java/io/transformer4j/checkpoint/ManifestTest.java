package io.transformer4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManifestTest {
    @TempDir
    Path temporary;

    private Path folder;

    @BeforeEach
    void write() {
        folder = temporary.resolve("checkpoint-1");
        AtomicFiles.writeFolder(folder, inside -> {
            Files.writeString(inside.resolve("config.json"), "{}");
            Files.createDirectory(inside.resolve("tokenizer"));
            Files.writeString(inside.resolve("tokenizer/vocab.txt"), "[PAD]");
        });
    }

    @Test
    void listsEveryFileWithSizeAndHash() {
        assertThat(Manifest.verify(folder))
                .isInstanceOfSatisfying(
                        Manifest.Complete.class,
                        complete -> assertThat(complete.manifest().files())
                                .hasSize(2)
                                .containsEntry(
                                        "config.json",
                                        new Manifest.Entry(
                                                2, "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"))
                                .containsKey("tokenizer/vocab.txt"));
    }

    @Test
    void seesAMissingFile() throws IOException {
        Files.delete(folder.resolve("tokenizer/vocab.txt"));
        assertIncomplete("tokenizer/vocab.txt is missing");
    }

    @Test
    void seesAShortFile() throws IOException {
        Files.writeString(folder.resolve("tokenizer/vocab.txt"), "[P");
        assertIncomplete("tokenizer/vocab.txt has 2 bytes, but the manifest says 5");
    }

    @Test
    void seesAChangedByteUnlessAskedForSizesOnly() throws IOException {
        Files.writeString(folder.resolve("tokenizer/vocab.txt"), "[PAT]");
        assertIncomplete("tokenizer/vocab.txt has changed: its SHA-256 is not the manifest's");
        assertThat(Manifest.verifySizes(folder)).isInstanceOf(Manifest.Complete.class);
    }

    @Test
    void seesThatItWasNeverWritten() throws IOException {
        Files.delete(folder.resolve("manifest.json"));
        assertIncomplete("it has no manifest.json, which is written last");
    }

    @Test
    void aDamagedOrHostileManifestIsIncompleteToo() throws IOException {
        Path file = folder.resolve("manifest.json");
        String whole = Files.readString(file);
        Files.writeString(file, whole.substring(0, whole.length() / 2));
        assertThat(reason()).startsWith(file + ": is not a manifest (").doesNotContain("\n");
        Files.writeString(file, "{\"version\": 1}");
        assertThat(reason()).startsWith(file + ": is not a manifest (").contains("files");
        Files.writeString(file, whole.replace("\"version\" : 1", "\"version\" : 2"));
        assertIncomplete(file + ": has version 2, but only version 1 is known");
        Files.writeString(file, whole.replace("tokenizer/", "../../"));
        assertIncomplete(file + ": names the file \"../../vocab.txt\", but only files inside its folder are allowed");
    }

    private void assertIncomplete(String reason) {
        assertThat(reason()).isEqualTo(reason);
    }

    private String reason() {
        return Manifest.verify(folder) instanceof Manifest.Incomplete incomplete ? incomplete.reason() : "complete";
    }
}
