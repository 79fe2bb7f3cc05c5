package io.transformer4j.models.auto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.transformer4j.checkpoint.CheckpointException;
import io.transformer4j.checkpoint.CheckpointReader;
import io.transformer4j.checkpoint.ConfigJson;
import io.transformer4j.checkpoint.SafetensorsFile;
import io.transformer4j.models.LoraAdapter;
import io.transformer4j.models.LoraConfig;
import io.transformer4j.models.PretrainedModel;
import io.transformer4j.nn.Parameter;
import io.transformer4j.testing.ModelOutputs;
import io.transformer4j.testing.SharedFiles;
import io.transformer4j.torch.Devices;
import io.transformer4j.torch.TensorData;
import io.transformer4j.torch.TensorScope;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Adapters of all families: what they change, how they are stored, and that merging them changes nothing. */
class LoraAdapterTest {
    private static final List<int[]> TEXTS =
            List.of(new int[] {3, 14, 15, 92, 65, 35, 8}, new int[] {27, 18, 28}, new int[] {1, 2, 3, 4, 5, 6, 7, 8});
    private static final LoraConfig EVERYWHERE = new LoraConfig(3, 6, 0.1, List.of(LoraConfig.ALL_LINEAR));

    @TempDir
    private Path temp;

    private static Map<String, float[]> outputs(PretrainedModel model) {
        return ModelOutputs.of(model, TEXTS);
    }

    private static double difference(Map<String, float[]> a, Map<String, float[]> b) {
        assertThat(a.keySet()).isEqualTo(b.keySet());
        double most = 0;
        for (String name : a.keySet()) {
            for (int i = 0; i < a.get(name).length; i++) {
                most = Math.max(most, Math.abs(a.get(name)[i] - b.get(name)[i]));
            }
        }
        return most;
    }

    /** Gives the second factors, which are zero at first, random values. */
    private static void shake(PretrainedModel model) {
        try (TensorScope scope = new TensorScope();
                NoGradGuard guard = new NoGradGuard()) {
            GeneratorOptional generator = new GeneratorOptional(torch.createCPUGenerator(5));
            model.namedParameters().forEach((name, parameter) -> {
                if (name.endsWith(".up.weight")) {
                    parameter.tensor().detach().normal_(0, 0.2, generator);
                }
            });
        }
    }

    private static Map<String, float[]> weights(PretrainedModel model) {
        try (TensorScope scope = new TensorScope()) {
            Map<String, Tensor> values = new LinkedHashMap<>();
            model.namedParameters()
                    .forEach((name, parameter) ->
                            values.put(name, parameter.tensor().detach()));
            Map<String, float[]> stored = new TreeMap<>();
            model.weightMap().toCheckpoint(values).forEach((key, value) -> stored.put(key, TensorData.floats(value)));
            return stored;
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bert_mlm",
                "bert_model",
                "bert_seqcls",
                "distilbert_model",
                "roberta_mlm",
                "gpt2",
                "openai_gpt",
                "gpt_neo",
                "llama",
                "bart",
                "marian",
                "t5_gated_untied",
                "transformer_2017",
                "longformer_model",
                "bigbird_model"
            })
    void mergedIsUnmergedAndTheBaseStays(String name) {
        Path folder = SharedFiles.require("oracles/" + name);
        Path saved = temp.resolve("adapter");
        try (PretrainedModel model = Models.load(folder, Devices.cpu())) {
            Map<String, float[]> plain = outputs(model);
            Map<String, float[]> weights = weights(model);
            LoraAdapter.attach(model, EVERYWHERE, folder.toAbsolutePath().toString(), false, 1);
            assertThat(difference(plain, outputs(model))).as("before training").isZero();
            shake(model);
            Map<String, float[]> adapted = outputs(model);
            assertThat(difference(plain, adapted)).isGreaterThan(1e-2);
            try (PretrainedModel replica = model.replicate()) {
                assertThat(difference(adapted, outputs(replica))).as("replica").isZero();
            }
            Models.save(model, saved);
            try (PretrainedModel loaded = Models.load(saved, Devices.cpu())) {
                assertThat(difference(adapted, outputs(loaded))).as("loaded").isZero();
            }
            weights(model).forEach((key, values) -> assertThat(values).as(key).isEqualTo(weights.get(key)));
            model.adapter().orElseThrow().merge();
            assertThat(model.adapter()).isEmpty();
            assertThat(difference(adapted, outputs(model))).as("merged").isLessThan(2e-4);
            assertThat(model.namedParameters().keySet()).noneMatch(parameter -> parameter.contains("updates"));
            Models.save(model, temp.resolve("whole"));
        }
        try (PretrainedModel whole = Models.load(temp.resolve("whole"), Devices.cpu());
                PretrainedModel adapted = Models.load(saved, Devices.cpu())) {
            assertThat(difference(outputs(whole), outputs(adapted))).isLessThan(2e-4);
        }
    }

    /** By the modules of Hugging Face's classes, though queries, keys and values are one product here. */
    @ParameterizedTest
    @CsvSource({
        "bert_seqcls, 'query,value', 'bert.encoder.layer.0.attention.self.query', 16, false",
        "gpt2, 'c_attn', 'transformer.h.0.attn.c_attn', 96, true",
        "llama, 'q_proj,v_proj', 'model.layers.0.self_attn.q_proj', 32, false",
        "t5_gated_untied, 'q,v', 'encoder.block.0.layer.0.SelfAttention.q', 32, false"
    })
    void filesAreThoseOfPeft(String name, String targets, String first, long outputs, boolean transposed) {
        Path folder = SharedFiles.require("oracles/" + name);
        try (PretrainedModel model = Models.load(folder, Devices.cpu())) {
            LoraAdapter.attach(model, LoraConfig.DEFAULT, "base", false, 1);
            Models.save(model, temp);
        }
        assertThat(ConfigJson.readTree(temp.resolve("adapter_config.json")))
                .containsEntry("peft_type", "LORA")
                .containsEntry("r", 8)
                .containsEntry("lora_alpha", 16)
                .containsEntry("lora_dropout", 0.1)
                .containsEntry("target_modules", Arrays.asList(targets.split(",")))
                .containsEntry("fan_in_fan_out", transposed)
                .containsEntry("base_model_name_or_path", "base");
        try (SafetensorsFile weights = SafetensorsFile.open(temp.resolve("adapter_model.safetensors"))) {
            String module = "base_model.model." + first;
            assertThat(weights.names()).contains(module + ".lora_A.weight", module + ".lora_B.weight");
            assertThat(weights.info(module + ".lora_A.weight").shape().get(0)).isEqualTo(8);
            assertThat(weights.info(module + ".lora_B.weight").shape().get(1)).isEqualTo(8);
            assertThat(weights.names()).allMatch(key -> key.matches(".*\\.lora_[AB]\\.weight"));
        }
        assertThat(temp.resolve("model.safetensors")).doesNotExist();
    }

    @Test
    void aHeadIsTrainedAndStoredWithTheAdapter() {
        Path folder = SharedFiles.require("oracles/bert_seqcls");
        try (PretrainedModel model = Models.load(folder, Devices.cpu())) {
            LoraAdapter.attach(
                    model, LoraConfig.DEFAULT, folder.toAbsolutePath().toString(), true, 1);
            model.namedParameters()
                    .forEach((name, parameter) -> assertThat(parameter.trainable())
                            .as(name)
                            .isEqualTo(name.contains("updates") || name.startsWith("head.")));
            try (TensorScope scope = new TensorScope()) {
                model.namedParameters()
                        .get("head.classifier.bias")
                        .tensor()
                        .detach()
                        .fill_(new org.bytedeco.pytorch.Scalar(3));
            }
            Models.save(model, temp);
            Map<String, float[]> expected = outputs(model);
            try (PretrainedModel loaded = Models.load(temp, Devices.cpu());
                    PretrainedModel bare = Models.loadBare(temp, Devices.cpu())) {
                assertThat(difference(expected, outputs(loaded))).isZero();
                assertThat(bare.adapter()).isPresent();
            }
        }
        assertThat(ConfigJson.readTree(temp.resolve("adapter_config.json")))
                .containsEntry("modules_to_save", List.of("bert.pooler.dense", "classifier"));
        try (SafetensorsFile weights = SafetensorsFile.open(temp.resolve("adapter_model.safetensors"))) {
            assertThat(weights.names()).contains("base_model.model.classifier.weight");
        }
    }

    @Test
    void updatesAddTheirScaledProduct() {
        Path folder = SharedFiles.require("oracles/bert_model");
        try (PretrainedModel model = Models.load(folder, Devices.cpu());
                TensorScope scope = new TensorScope();
                CheckpointReader before = CheckpointReader.open(folder)) {
            LoraAdapter.attach(model, new LoraConfig(2, 6, 0, List.of("value")), "base", false, 1);
            shake(model);
            String path = "layers.0.attention.queryKeyValue";
            Map<String, Parameter> parameters = model.namedParameters();
            Tensor product = parameters
                    .get(path + ".updates.0.up.weight")
                    .tensor()
                    .detach()
                    .mm(parameters.get(path + ".updates.0.down.weight").tensor().detach())
                    .mul(new org.bytedeco.pytorch.Scalar(3.0));
            float[] expected = TensorData.floats(
                    before.tensor("encoder.layer.0.attention.self.value.weight").add(product));
            model.adapter().orElseThrow().merge();
            float[] merged = weights(model).get("encoder.layer.0.attention.self.value.weight");
            for (int i = 0; i < merged.length; i++) {
                assertThat(merged[i]).isCloseTo(expected[i], within(1e-6f));
            }
        }
    }

    @Test
    void whatCantBeHonouredIsRefused() {
        Path folder = SharedFiles.require("oracles/bert_model");
        try (PretrainedModel model = Models.load(folder, Devices.cpu())) {
            assertThatThrownBy(() ->
                            LoraAdapter.attach(model, new LoraConfig(2, 4, 0, List.of("q_proj")), "base", false, 1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(
                            "the adapter's target q_proj is none of the model's linear maps, which are dense");
            LoraAdapter.attach(
                    model, LoraConfig.DEFAULT, folder.toAbsolutePath().toString(), false, 1);
            Models.save(model, temp);
        }
        Path file = temp.resolve("adapter_config.json");
        Map<String, Object> settings = new LinkedHashMap<>(ConfigJson.readTree(file));
        settings.put("use_dora", true);
        ConfigJson.write(file, settings);
        assertThatThrownBy(() -> Models.load(temp, Devices.cpu()))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("asks for use_dora true, which is not supported");
        settings.put("use_dora", false);
        settings.put("base_model_name_or_path", "/nowhere/model");
        ConfigJson.write(file, settings);
        assertThatThrownBy(() -> Models.load(temp, Devices.cpu()))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("is for the model /nowhere/model, which can't be found");
    }

    @Test
    void anotherFamilysAdapterIsRefused() {
        Path gpt = SharedFiles.require("oracles/gpt2");
        try (PretrainedModel model = Models.load(gpt, Devices.cpu())) {
            LoraAdapter.attach(
                    model,
                    LoraConfig.DEFAULT,
                    SharedFiles.require("oracles/bert_model").toAbsolutePath().toString(),
                    false,
                    1);
            LoraAdapter adapter = model.adapter().orElseThrow();
            adapter.save(Map.of(), temp);
        }
        assertThatThrownBy(() -> Models.load(temp, Devices.cpu()))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("has no update of any map of a BertModel");
    }
}
