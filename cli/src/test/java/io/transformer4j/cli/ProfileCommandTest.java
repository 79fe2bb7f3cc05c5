package io.transformer4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProfileCommandTest {
    private static final String CONFIG = """
            {"model_type": "gpt2", "architectures": ["GPT2LMHeadModel"], "vocab_size": 100, "n_positions": 64,
             "n_embd": 32, "n_layer": 2, "n_head": 2, "bos_token_id": 1, "eos_token_id": 1}
            """;

    @TempDir
    private Path folder;

    @Test
    void profilesAModelAtSeveralLengths() throws IOException {
        Files.writeString(folder.resolve("config.json"), CONFIG);
        Path report = folder.resolve("report");

        CommandLineRun run = CommandLineRun.t4j(
                "profile", folder.toString(), "--length", "16,64", "--steps", "1", "--out", report.toString());

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out())
                .contains("transformer.layers.*.feedForward.output product")
                .contains("beyond length 64, 2.00 times the width")
                .contains("optimizer");
        assertThat(report.resolve("profile.html")).exists();
    }

    @Test
    void boundsAModelOnPaper() {
        CommandLineRun run = CommandLineRun.t4j(
                "profile", "gpt3-175b", "--what-if", "--devices", "8", "--batch", "16", "--length", "2048");

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out())
                .contains("Brown et al. 2020")
                .contains("beyond length 24,576")
                .contains("decoding, at most");
    }

    @Test
    void saysInASentenceWhatIsWrong() {
        assertThat(CommandLineRun.t4j("profile", "nothing", "--what-if").err()).contains("unknown model 'nothing'");
        assertThat(CommandLineRun.t4j("profile", folder.toString()).err()).contains("config.json");
        assertThat(CommandLineRun.t4j("profile", "gpt2", "--batch", "0").err()).contains("must be at least 1");
    }
}
