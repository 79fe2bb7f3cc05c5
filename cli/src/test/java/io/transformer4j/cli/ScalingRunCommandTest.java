package io.transformer4j.cli;

import static io.transformer4j.cli.CommandLineRun.t4j;
import static org.assertj.core.api.Assertions.assertThat;

import io.transformer4j.scaling.ResultsTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From text to a table that a law can be fitted to. */
class ScalingRunCommandTest {
    @TempDir
    private Path folder;

    private Path tokenizer;

    @BeforeEach
    void prepare() throws IOException {
        String text = IntStream.range(0, 200)
                .mapToObj(i -> "The cat number " + i + " sat on the mat and looked at the river.\n")
                .collect(Collectors.joining());
        Files.writeString(folder.resolve("train.txt"), text);
        Files.writeString(folder.resolve("held-out.txt"), text.substring(0, 2000));
        tokenizer = folder.resolve("tokenizer");
        t4j(
                "tokenizer",
                "train",
                "--type",
                "bpe",
                "--vocab-size",
                "280",
                "--out",
                tokenizer.toString(),
                folder.resolve("train.txt").toString());
    }

    @Test
    void trainsAGridFromAFileAndGoesOn() throws IOException {
        Path config = config("shapes: [1x8x1, 1x16x2]\ntokens: [256, 512]\ncompute: [4e6]\n");

        CommandLineRun dry = t4j("scaling", "run", "--config", config.toString(), "--dry-run");
        assertThat(dry.exitCode()).as(dry.err()).isZero();
        assertThat(dry.out()).contains("6 runs").contains("1x16x2-d512-s42");
        assertThat(folder.resolve("sweep").resolve("results.csv")).doesNotExist();

        CommandLineRun run = t4j("scaling", "run", "--config", config.toString());
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).contains("next: t4j scaling fit");
        Path table = folder.resolve("sweep").resolve("results.csv");
        byte[] first = Files.readAllBytes(table);
        assertThat(ResultsTable.read(table)).hasSize(6);

        assertThat(t4j("scaling", "run", "--config", config.toString()).exitCode())
                .isZero();
        assertThat(Files.readAllBytes(table)).isEqualTo(first);
        assertThat(t4j("scaling", "fit", table.toString()).err()).contains("6 runs are too few");
    }

    @Test
    void wrongUseIsNamed() throws IOException {
        assertUsage("a shape is layers x width x heads, e.g. 2x64x4, not '64'", "shapes: [64]\ntokens: [512]\n");
        assertUsage("n_embd a multiple of n_head", "shapes: [1x8x3]\ntokens: [512]\n");
        assertUsage("a sweep needs numbers of tokens, or of compute, or both", "shapes: [1x8x1]\n");
        assertUsage("compute must be positive and finite, but one is -1.0", "shapes: [1x8x1]\ncompute: [-1]\n");
        assertUsage("warmup_ratio must be in [0, 1), but is 1.0", "shapes: [1x8x1]\ntokens: [9]\nwarmupRatio: 1\n");
        assertUsage("unknown key 'shape'", "shape: 1x8x1\n");
        CommandLineRun nothing = t4j(
                "scaling",
                "run",
                "--config",
                config("shapes: [1x8x1]\ncompute: [1e15]\n").toString());
        assertThat(nothing.exitCode()).isEqualTo(T4j.FAILURE);
        assertThat(nothing.err()).contains("no run is left");
    }

    private void assertUsage(String sentence, String grid) throws IOException {
        CommandLineRun run = t4j("scaling", "run", "--config", config(grid).toString());
        assertThat(run.exitCode()).as(run.err()).isEqualTo(T4j.USAGE);
        assertThat(run.err()).contains(sentence);
    }

    private Path config(String grid) throws IOException {
        return Files.writeString(
                folder.resolve("sweep.yaml"),
                """
                data: [%s]
                validationData: [%s]
                tokenizer: %s
                out: %s
                contextLength: 16
                batchSize: 2
                validationTokens: 64
                """.formatted(
                                        folder.resolve("train.txt"),
                                        folder.resolve("held-out.txt"),
                                        tokenizer,
                                        folder.resolve("sweep"))
                        + grid);
    }
}
