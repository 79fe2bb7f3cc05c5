package io.transformer4j.verification;

import static org.assertj.core.api.Assertions.assertThat;

import io.transformer4j.checkpoint.CheckpointReader;
import io.transformer4j.checkpoint.CheckpointWriter;
import io.transformer4j.testing.SharedFiles;
import io.transformer4j.torch.TensorScope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A verification that can't fail would be worth nothing. */
class DisagreementTest {

    @Test
    void aChangedWeightShowsInOutputsLossAndGradients(@TempDir Path temp) throws IOException {
        Path folder = copyOf("bert_mlm", temp);
        try (TensorScope scope = new TensorScope();
                CheckpointReader reader = CheckpointReader.open(folder)) {
            Map<String, Tensor> weights = new LinkedHashMap<>();
            reader.names().forEach(name -> weights.put(name, reader.tensor(name)));
            weights.get("bert.encoder.layer.1.output.dense.weight").select(0, 3).add_(new Scalar(0.01));
            CheckpointWriter.write(folder, weights);
        }
        VerificationReport report = CheckpointVerifier.verify(folder);
        assertThat(report.problems()).isEmpty();
        assertThat(report.agrees()).isFalse();
        assertThat(report.disagreements())
                .extracting(Check::kind)
                .contains(Check.Kind.OUTPUT, Check.Kind.LOSS, Check.Kind.GRADIENT);
        assertThat(report.disagreements()).extracting(Check::quantity).doesNotContain("hidden_states/1");
    }

    @Test
    void brokenFoldersAreProblemsAndNotExceptions(@TempDir Path temp) throws IOException {
        Path folder = copyOf("gpt2", temp);
        Files.writeString(folder.resolve("inputs.json"), "{\"class\":\"GPT2LMHeadModel\"}");
        assertThat(CheckpointVerifier.verify(folder).problems())
                .singleElement()
                .asString()
                .contains("cases");
        Files.writeString(folder.resolve("inputs.json"), "{");
        assertThat(CheckpointVerifier.verify(folder).problems())
                .singleElement()
                .asString()
                .contains("inputs.json: is not valid JSON");
        assertThat(CheckpointVerifier.verify(temp.resolve("none")).problems())
                .singleElement()
                .asString()
                .contains("has no inputs.json");
    }

    private static Path copyOf(String oracle, Path temp) throws IOException {
        Path source = SharedFiles.require("oracles/" + oracle);
        Path folder = Files.createDirectory(temp.resolve("changed"));
        for (String file : new String[] {"config.json", "model.safetensors", "inputs.json", "expected.safetensors"}) {
            Files.copy(source.resolve(file), folder.resolve(file));
        }
        return folder;
    }
}
