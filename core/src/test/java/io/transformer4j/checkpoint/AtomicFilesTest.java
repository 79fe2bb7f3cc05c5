package io.transformer4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFilesTest {
    @TempDir
    Path folder;

    @Test
    void writesAndReplacesAFileAndLeavesNothingElse() throws IOException {
        Path target = folder.resolve("new/parents/größe.txt");
        AtomicFiles.writeString(target, "one");
        AtomicFiles.writeString(target, "zwei £ 😀");
        assertThat(target).content(StandardCharsets.UTF_8).isEqualTo("zwei £ 😀");
        assertThat(names(target.getParent())).containsExactly("größe.txt");
    }

    @Test
    void fullDiskLeavesTheOldFileWholeAndNothingElse() throws IOException {
        Path target = folder.resolve("model.safetensors");
        AtomicFiles.writeString(target, "old");
        assertThatThrownBy(() -> AtomicFiles.write(target, out -> out.write(new byte[1 << 20]), FullDisk::new))
                .isInstanceOf(CheckpointException.class)
                .hasMessage(target + ": could not be written (No space left on device);"
                        + " the file that was there before is unchanged");
        assertThat(target).hasContent("old");
        assertThat(names(folder)).containsExactly("model.safetensors");
    }

    @Test
    void fullDiskWithNoOldFileLeavesNothing() throws IOException {
        Path target = folder.resolve("model.safetensors");
        assertThatThrownBy(() -> AtomicFiles.write(target, out -> out.write(new byte[1 << 20]), FullDisk::new))
                .hasMessage(target + ": could not be written (No space left on device)");
        assertThat(names(folder)).isEmpty();
    }

    @Test
    void anyFailureOfTheWriterIsPassedOnAfterTidyingUp() throws IOException {
        Path target = folder.resolve("a");
        assertThatThrownBy(() -> AtomicFiles.write(target, out -> {
                    out.write(1);
                    throw new OutOfMemoryError("none left");
                }))
                .isInstanceOf(OutOfMemoryError.class);
        assertThat(names(folder)).isEmpty();
    }

    @Test
    void anInterruptedThreadStillSaves() throws IOException {
        Path target = folder.resolve("checkpoint-1");
        Thread.currentThread().interrupt();
        AtomicFiles.writeFolder(target, inside -> AtomicFiles.writeString(inside.resolve("a"), "b"));
        assertThat(Thread.interrupted()).as("the interrupt is still to be seen").isTrue();
        assertThat(Manifest.verify(target)).isInstanceOf(Manifest.Complete.class);
    }

    @Test
    void saysWhatStandsInTheWay() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        Path dir = Files.createDirectory(folder.resolve("dir"));
        assertThatThrownBy(() -> AtomicFiles.writeString(dir, "x"))
                .hasMessage(dir + ": could not be written, because it is a folder");
        assertThatThrownBy(() -> AtomicFiles.writeFolder(file, inside -> {}))
                .hasMessage(file + ": could not be written as a folder, because it is a file");
        assertThatThrownBy(() -> AtomicFiles.writeString(file.resolve("below"), "x"))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(file + " exists and is not a folder")
                .message()
                .doesNotContain("\n");
    }

    @Test
    void writesAFolderWithItsManifestAndReplacesAnOlderOne() throws IOException {
        Path target = folder.resolve("model");
        AtomicFiles.writeFolder(target, inside -> {
            Files.writeString(inside.resolve("old"), "1");
            Files.createDirectory(inside.resolve("sub"));
            Files.writeString(inside.resolve("sub/x"), "2");
        });
        AtomicFiles.writeFolder(target, inside -> Files.writeString(inside.resolve("new"), "3"));
        assertThat(names(target)).containsExactly("manifest.json", "new");
        assertThat(names(folder)).containsExactly("model");
        assertThat(Manifest.verify(target)).isInstanceOf(Manifest.Complete.class);
    }

    @Test
    void aFailedFolderLeavesTheOldOneWhole() throws IOException {
        Path target = folder.resolve("model");
        AtomicFiles.writeFolder(target, inside -> Files.writeString(inside.resolve("a"), "1"));
        assertThatThrownBy(() -> AtomicFiles.writeFolder(target, inside -> {
                    Files.writeString(inside.resolve("a"), "2");
                    throw new IOException("No space left on device");
                }))
                .hasMessage(target + ": could not be written (No space left on device);"
                        + " the folder that was there before is unchanged");
        assertThat(target.resolve("a")).hasContent("1");
        assertThat(names(folder)).containsExactly("model");
    }

    @Test
    void aFailureInsideAFolderIsToldWithTheNameThatTheFileWouldHaveHad() throws IOException {
        Path target = folder.resolve("checkpoint-1");
        AtomicFiles.FolderWriter failing = inside -> AtomicFiles.write(
                inside.resolve("model.safetensors"), out -> out.write(new byte[1 << 20]), FullDisk::new);
        assertThatThrownBy(() -> AtomicFiles.writeFolder(target, failing))
                .hasMessage(target + "/model.safetensors: could not be written (No space left on device)");
        AtomicFiles.writeFolder(target, inside -> Files.writeString(inside.resolve("a"), "1"));
        assertThatThrownBy(() -> AtomicFiles.writeFolder(target, failing))
                .hasMessage(target + "/model.safetensors: could not be written (No space left on device);"
                        + " the folder that was there before is unchanged");
        assertThat(names(folder)).containsExactly("checkpoint-1");
    }

    @Test
    void namesTheFolderInWhichNothingMayBeWritten() {
        Path readOnly = Path.of("/sys");
        assumeTrue(Files.isDirectory(readOnly), "skipped: there is no /sys, where even root may not write");
        assertThatThrownBy(() -> AtomicFiles.writeString(readOnly.resolve("x"), "x"))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith("/sys/x: could not be written (")
                .hasMessageNotContaining(".tmp-");
    }

    @Test
    void recoverBringsBackAFolderWhoseReplacementNeverCameAndRemovesTheRest() throws IOException {
        Path lost = folder.resolve(".lost.old-0123456789abcdef");
        AtomicFiles.writeFolder(lost, inside -> Files.writeString(inside.resolve("a"), "1"));
        Files.createDirectory(folder.resolve(".lost.tmp-0123456789abcdef"));
        Files.writeString(folder.resolve(".lost.tmp-0123456789abcdef/half"), "x");
        Files.writeString(folder.resolve(".file.tmp-0123456789abcdef"), "x");
        Files.createDirectory(folder.resolve("replaced"));
        Files.createDirectory(folder.resolve(".replaced.old-0123456789abcdef"));
        Files.writeString(folder.resolve(".hidden-but-not-ours"), "x");
        assertThat(AtomicFiles.recover(folder)).containsExactly(folder.resolve("lost"));
        assertThat(names(folder)).containsExactly(".hidden-but-not-ours", "lost", "replaced");
        assertThat(Manifest.verify(folder.resolve("lost"))).isInstanceOf(Manifest.Complete.class);
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> children = Files.list(folder)) {
            return children.map(p -> p.getFileName().toString()).sorted().toList();
        }
    }

    /** A disk with room for 100,000 bytes. */
    private static final class FullDisk extends FileOutputStream {
        private long free = 100_000;

        FullDisk(Path file) throws IOException {
            super(file.toFile());
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            int fits = (int) Math.min(free, length);
            super.write(Arrays.copyOfRange(bytes, offset, offset + fits), 0, fits);
            free -= fits;
            if (fits < length) {
                throw new IOException("No space left on device");
            }
        }
    }
}
