package io.transformer4j.profiling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.transformer4j.models.TrainableModel;
import io.transformer4j.models.auto.Models;
import io.transformer4j.nn.OperatorObserver;
import io.transformer4j.torch.ComputePool;
import io.transformer4j.torch.Devices;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ProfilerTest {
    private static final int BATCH = 2;
    private static final int LENGTH = 32;
    private static final MachinePeak PEAK = new MachinePeak(1e11, 1e10, 1e10);

    static Stream<Map<String, Object>> families() {
        Map<String, Object> bert = Map.of(
                "model_type", "bert",
                "architecture", "BertForMaskedLM",
                "vocab_size", 500,
                "hidden_size", 64,
                "num_hidden_layers", 2,
                "num_attention_heads", 4,
                "intermediate_size", 128,
                "max_position_embeddings", 64);
        Map<String, Object> gpt2 = Map.of(
                "model_type", "gpt2",
                "architecture", "GPT2LMHeadModel",
                "vocab_size", 500,
                "n_embd", 64,
                "n_layer", 2,
                "n_head", 4,
                "n_positions", 64,
                "bos_token_id", 1,
                "eos_token_id", 1);
        Map<String, Object> bart = Map.of(
                "model_type", "bart",
                "architecture", "BartForConditionalGeneration",
                "vocab_size", 500,
                "d_model", 64,
                "encoder_layers", 2,
                "decoder_layers", 3,
                "encoder_attention_heads", 4,
                "decoder_attention_heads", 4,
                "encoder_ffn_dim", 128,
                "decoder_ffn_dim", 128);
        return Stream.of(bert, gpt2, llama(), bart);
    }

    /** Gated, and with two heads for each head of keys and values. */
    private static Map<String, Object> llama() {
        return Map.of(
                "model_type", "llama",
                "architecture", "LlamaForCausalLM",
                "vocab_size", 500,
                "hidden_size", 64,
                "num_hidden_layers", 2,
                "num_attention_heads", 4,
                "num_key_value_heads", 2,
                "intermediate_size", 96,
                "max_position_embeddings", 64);
    }

    private static TrainableModel build(Map<String, Object> description) {
        Map<String, Object> tree = new LinkedHashMap<>(description);
        String architecture = tree.remove("architecture").toString();
        TrainableModel model = (TrainableModel) Models.build(tree, architecture, Path.of("config.json"));
        model.initializeWeights(42, Devices.parse("cpu"));
        return model;
    }

    private static StepProfile profile(TrainableModel model, int workers) {
        try (ComputePool pool = new ComputePool(workers)) {
            return Profiler.profile(model, BATCH, LENGTH, 2, pool, PEAK);
        }
    }

    @ParameterizedTest
    @MethodSource("families")
    void countsWhatTheFormulaSays(Map<String, Object> family) {
        try (TrainableModel model = build(family)) {
            StepProfile profile = profile(model, 1);

            assertThat(profile.flops()).isEqualTo(Profiler.formulaFlops(model, BATCH, LENGTH));
        }
    }

    /**
     * Figures of benchmarks/profiling/flop_counts.py, which PyTorch's FlopCounterMode counted. There the angles of rotary positions are
     * a product too, [headSize / 2, 1] by [1, length].
     */
    @Test
    void countsGroupedHeadsAndGatesAsPyTorchDoes() {
        double angles = 2.0 * 8 * LENGTH;
        try (TrainableModel model = build(llama())) {
            assertThat(profile(model, 1).flops()).isEqualTo(39_027_200.0 - angles);
        }
    }

    @ParameterizedTest
    @MethodSource("families")
    void partsAddUpToTheStepAndEachOperatorHasBothPasses(Map<String, Object> family) {
        try (TrainableModel model = build(family)) {
            StepProfile profile = profile(model, 1);
            double sum = profile.seconds().values().stream()
                    .mapToDouble(Double::doubleValue)
                    .sum();

            assertThat(sum).isCloseTo(profile.stepSeconds(), within(1e-6 * profile.stepSeconds()));
            assertThat(profile.seconds().values()).allMatch(seconds -> seconds >= 0);
            assertThat(profile.operators()).isNotEmpty().allSatisfy(operator -> {
                assertThat(operator.forwardSeconds()).as(operator.path()).isPositive();
                assertThat(operator.backwardSeconds()).as(operator.path()).isPositive();
            });
            assertThat(profile.memory().peak())
                    .isGreaterThanOrEqualTo(profile.memory().activations());
        }
    }

    @Test
    void aWorkerOfSeveralHasItsPart() {
        try (TrainableModel model = build(llama())) {
            assertThat(profile(model, 2).flops()).isEqualTo(Profiler.formulaFlops(model, BATCH, LENGTH) / 2);
        }
    }

    @Test
    void nobodyObservesAfterwards() {
        try (TrainableModel model = build(llama())) {
            profile(model, 1);

            assertThat(model.modules()).allMatch(module -> module.observer() == OperatorObserver.NONE);
        }
    }

    @Test
    void writesAReportThatNeedsNothingBesideIt(@TempDir Path folder) throws IOException {
        try (TrainableModel model = build(llama())) {
            StepProfile profile = profile(model, 1);

            ProfileReport.write(folder, TransformerShape.of(model.config()), List.of(profile), profile.flops());

            String page = Files.readString(folder.resolve("profile.html"));
            assertThat(page).contains("data:image/png;base64,").doesNotContain("http");
            JsonNode trace = JsonMapper.shared().readTree(Files.readString(folder.resolve("trace.json")));
            assertThat(trace.get("traceEvents").size())
                    .isGreaterThan(profile.operators().size());
            assertThat(folder.resolve("roofline.png")).isNotEmptyFile();
            assertThat(folder.resolve("shares.png")).isNotEmptyFile();
        }
    }

    @Test
    void refusesWhatDoesNotFit() {
        try (TrainableModel model = build(llama());
                ComputePool pool = new ComputePool(2)) {
            assertThatThrownBy(() -> Profiler.profile(model, 1, LENGTH, 1, pool, PEAK))
                    .hasMessage("a batch of 1 can't be shared by 2 workers: use fewer threads");
            assertThatThrownBy(() -> Profiler.profile(model, BATCH, 65, 1, pool, PEAK))
                    .hasMessage("the length must be from 1 to the model's 64 positions, but is 65");
        }
    }
}
