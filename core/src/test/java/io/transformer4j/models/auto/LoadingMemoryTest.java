package io.transformer4j.models.auto;

import static org.assertj.core.api.Assertions.assertThat;

import io.transformer4j.checkpoint.CheckpointReader;
import io.transformer4j.checkpoint.CheckpointWriter;
import io.transformer4j.models.PretrainedModel;
import io.transformer4j.models.bert.BertConfig;
import io.transformer4j.models.bert.BertModel;
import io.transformer4j.models.gpt2.GPT2Config;
import io.transformer4j.models.gpt2.GPT2Model;
import io.transformer4j.torch.Devices;
import io.transformer4j.torch.TensorScope;
import io.transformer4j.tracking.MemoryProbe;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A checkpoint loads in the memory of its tensors and a little more, however its weights stand in the file. */
class LoadingMemoryTest {
    private static final long ALLOWANCE = 64 << 20;
    /** More than the allowance, so that a second copy would be seen. */
    private static final int LAYERS = 12;

    @TempDir
    private Path folder;

    @BeforeEach
    void needsAProbe() {
        Assumptions.assumeTrue(MemoryProbe.peakResidentBytes().isPresent(), "the system doesn't tell peak memory");
    }

    /** Weights stay in the file until they are looked at; then query, key and value are put together. */
    @Test
    void bert() throws Exception {
        try (PretrainedModel model = new BertModel(BertConfig.BASE.with(c -> c.vocabSize(10_000)
                .hiddenSize(512)
                .numAttentionHeads(8)
                .intermediateSize(2048)
                .numHiddenLayers(LAYERS)))) {
            long bytes = save(model);
            assertThat(bytes).isGreaterThan(2 * ALLOWANCE);
            assertThat(growth(0)).isLessThan(bytes + ALLOWANCE);
        }
    }

    /** All large weights are transposed when they are looked at. */
    @Test
    void gpt2() throws Exception {
        try (PretrainedModel model = gpt2Model()) {
            long bytes = save(model);
            assertThat(bytes).isGreaterThan(2 * ALLOWANCE);
            assertThat(growth(0)).isLessThan(bytes + ALLOWANCE);
        }
    }

    /** All weights are converted, among them one that is larger than the allowance. */
    @Test
    void halfPrecision() throws Exception {
        try (PretrainedModel model = new GPT2Model(GPT2Config.SMALL.with(
                c -> c.vocabSize(70_000).nEmbd(512).nHead(8).nLayer(1)))) {
            long bytes = save(model);
            convert(ScalarType.Half);
            assertThat(growth(0)).isLessThan(bytes + ALLOWANCE);
        }
    }

    /** So the measurement above can fail. */
    @Test
    void aSecondCopyIsSeen() throws Exception {
        try (PretrainedModel model = gpt2Model()) {
            long bytes = save(model);
            assertThat(growth(bytes)).isGreaterThan(bytes + ALLOWANCE);
        }
    }

    private static GPT2Model gpt2Model() {
        return new GPT2Model(GPT2Config.SMALL.with(
                c -> c.vocabSize(1_000).nEmbd(512).nHead(8).nLayer(LAYERS)));
    }

    private long save(PretrainedModel model) {
        model.initializeWeights(7, Devices.cpu());
        Models.save(model, folder);
        return model.numParameters() * Float.BYTES;
    }

    private void convert(ScalarType type) {
        try (TensorScope scope = new TensorScope();
                CheckpointReader reader = CheckpointReader.open(folder)) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            reader.names().forEach(name -> tensors.put(name, reader.tensor(name).toType(type)));
            CheckpointWriter.write(folder, tensors);
        }
    }

    private long growth(long extraBytes) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xms64m",
                        "-Xmx64m",
                        "-XX:+AlwaysPreTouch",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        LoadingRun.class.getName(),
                        folder.toString(),
                        Long.toString(extraBytes))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            List<String> output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            assertThat(process.waitFor()).isZero();
            return Long.parseLong(output.get(output.size() - 1));
        } finally {
            process.destroyForcibly();
        }
    }
}
