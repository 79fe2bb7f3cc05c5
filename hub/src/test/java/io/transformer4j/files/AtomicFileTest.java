package io.transformer4j.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {

    @TempDir
    Path folder;

    @Test
    void makesFoldersAndReplacesWhatWasThere() throws IOException {
        Path file = folder.resolve("a/b/file.txt");
        AtomicFile.writeString(file, "old and long");
        AtomicFile.writeString(file, "new ü");

        assertThat(file).hasContent("new ü");
        assertThat(names(file.getParent())).containsExactly("file.txt");
    }

    @Test
    void aFailureLeavesTheOldContentAndNoTemporaryFile() throws IOException {
        Path file = folder.resolve("file.txt");
        AtomicFile.writeString(file, "old");

        assertThatThrownBy(() -> AtomicFile.write(file, out -> {
                    out.write(new byte[1 << 20]);
                    throw new IOException("disk full");
                }))
                .isInstanceOf(IOException.class)
                .hasMessage("disk full");
        assertThat(file).hasContent("old");
        assertThat(names(folder)).containsExactly("file.txt");
    }

    @Test
    void theTargetIsUntouchedUntilTheContentIsComplete() throws IOException {
        Path file = folder.resolve("file.txt");
        AtomicFile.writeString(file, "old");

        AtomicFile.write(file, out -> {
            out.write('n');
            out.flush();
            assertThat(file).hasContent("old");
        });

        assertThat(file).hasContent("n");
    }

    private static List<String> names(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }
}
