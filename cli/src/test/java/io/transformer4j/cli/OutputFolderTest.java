package io.transformer4j.cli;

import static io.transformer4j.cli.CommandLineRun.t4j;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A command that can't write where it should says so before it works, and leaves nothing behind. */
class OutputFolderTest {
    @TempDir
    private Path folder;

    private Path inTheWay;

    @BeforeEach
    void putAFileInTheWay() throws IOException {
        inTheWay = Files.writeString(folder.resolve("notes.txt"), "The cat sat on the mat.\n");
    }

    /** The input doesn't exist: whoever complains about the folder has not looked for it. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "tokenizer train --out OUT missing.txt",
                "pretrain --objective mlm --tokenizer missing --data missing.txt --out OUT",
                "train-seq2seq --source missing.txt --target missing.txt --out OUT",
                "demo --out OUT"
            })
    void aFileInTheWay(String command) throws IOException {
        for (Path out : new Path[] {inTheWay, inTheWay.resolve("below")}) {
            CommandLineRun run = t4j(command.replace("OUT", out.toString()).split(" "));
            assertThat(run.exitCode()).isEqualTo(T4j.FAILURE);
            assertThat(run.err().strip()).endsWith(inTheWay + ": not a folder").hasLineCount(1);
        }
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(inTheWay);
        }
        assertThat(inTheWay).hasContent("The cat sat on the mat.");
    }

    @Test
    void foldersThatCanBeMadeAreNotMadeYet() throws IOException {
        Path below = folder.resolve("a").resolve("b");
        assertThat(OutputFolder.check(below)).isEqualTo(below);
        assertThat(OutputFolder.check(folder)).isEqualTo(folder);
        assertThat(below.getParent()).doesNotExist();
    }
}
