package io.transformer4j.models.auto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.transformer4j.checkpoint.CheckpointException;
import io.transformer4j.checkpoint.CheckpointReader;
import io.transformer4j.checkpoint.CheckpointWriter;
import io.transformer4j.checkpoint.ConfigJson;
import io.transformer4j.models.PretrainedModel;
import io.transformer4j.models.bert.BertForMaskedLM;
import io.transformer4j.models.bert.BertModel;
import io.transformer4j.models.llama.LlamaConfig;
import io.transformer4j.models.llama.LlamaForCausalLM;
import io.transformer4j.testing.SharedFiles;
import io.transformer4j.torch.Devices;
import io.transformer4j.torch.TensorScope;
import io.transformer4j.verification.CheckpointVerifier;
import io.transformer4j.verification.VerificationReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Models that go out are the models that came in, whatever form their files had. */
class SavedModelsTest {
    @TempDir
    private Path temp;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bert_model",
                "bert_mlm",
                "bert_pretraining",
                "bert_seqcls",
                "bert_tokencls",
                "bert_qa",
                "distilbert_model",
                "roberta_mlm",
                "openai_gpt",
                "gpt2",
                "gpt_neo",
                "llama",
                "llama_tied_headdim_bias"
            })
    void savedWeightsAreThoseOfTheFile(String name) {
        Path source = SharedFiles.require("oracles/" + name);
        Path saved = temp.resolve("saved");
        try (PretrainedModel model = Models.load(source, Devices.cpu())) {
            Models.save(model, saved);
        }
        try (TensorScope scope = new TensorScope();
                CheckpointReader before = CheckpointReader.open(source);
                CheckpointReader after = CheckpointReader.open(saved)) {
            assertThat(after.names()).containsExactlyInAnyOrderElementsOf(before.names());
            before.names()
                    .forEach(key -> assertThat(before.tensor(key).equal(after.tensor(key)))
                            .as(key)
                            .isTrue());
        }
        assertThat(ConfigJson.readTree(saved.resolve("config.json")))
                .containsAllEntriesOf(ConfigJson.readTree(source.resolve("config.json")));
        assertThat(saved.resolve("README.md")).content().contains("# ", "pipeline_tag: ", "from_pretrained");
        if (Files.exists(source.resolve("generation_config.json"))) {
            assertThat(ConfigJson.readTree(saved.resolve("generation_config.json")))
                    .isEqualTo(ConfigJson.readTree(source.resolve("generation_config.json")));
        }
    }

    @ParameterizedTest
    @CsvSource({"roberta_mlm, Half, 2e-2", "llama, BFloat16, 2e-1", "gpt2, BFloat16, 2e-1"})
    void weightsOfHalfPrecisionLoad(String name, ScalarType type, double tolerance) throws IOException {
        Path source = copyOf(name);
        rewrite(source, (key, tensor) -> tensor.toType(type));
        VerificationReport report = CheckpointVerifier.verify(withReferences(name, source));
        assertThat(report.checks()).isNotEmpty();
        assertThat(report.checks().stream().filter(check -> check.quantity().equals("loss")))
                .isNotEmpty()
                .allSatisfy(check -> assertThat(check.difference()).isLessThan(tolerance));
    }

    @Test
    void aTiedWeightMayStandUnderItsOtherName() throws IOException {
        Path source = copyOf("gpt2");
        Map<String, Tensor> renamed = new LinkedHashMap<>();
        try (TensorScope scope = new TensorScope();
                CheckpointReader reader = CheckpointReader.open(source)) {
            reader.names()
                    .forEach(key -> renamed.put(
                            key.equals("transformer.wte.weight") ? "lm_head.weight" : key, reader.tensor(key)));
            CheckpointWriter.write(source, renamed);
        }
        assertThat(CheckpointVerifier.verify(withReferences("gpt2", source)).disagreements())
                .isEmpty();
    }

    @Test
    void anEncoderComesFromAnyHeadsCheckpointWithOrWithoutPooler() {
        try (BertModel bare = Models.load(SharedFiles.require("oracles/bert_mlm"), BertModel.class, Devices.cpu());
                BertModel pooled =
                        Models.load(SharedFiles.require("oracles/bert_seqcls"), BertModel.class, Devices.cpu())) {
            assertThat(bare.hasPooler()).isFalse();
            assertThat(pooled.hasPooler()).isTrue();
        }
    }

    @Test
    void missingWeightsAreNamed() {
        Path folder = SharedFiles.require("oracles/bert_model");
        assertThatThrownBy(() -> Models.load(folder, BertForMaskedLM.class, Devices.cpu()))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("lacks cls.predictions.transform.dense.weight")
                .hasMessageContaining("cls.predictions.bias")
                .hasMessageContaining("BertForMaskedLM");
    }

    @ParameterizedTest
    @CsvSource({
        "bert_model, is_decoder, true, 'is_decoder is true, but only false is supported'",
        "bert_model, position_embedding_type, relative_key, 'position_embedding_type is relative_key'",
        "gpt2, add_cross_attention, true, 'add_cross_attention is true'",
        "roberta_mlm, pad_token_id, 5000, 'pad_token_id (5000) must be a token id'"
    })
    void whatCannotBeHonouredIsRefused(String name, String key, String value, String sentence) throws IOException {
        Path folder = copyOf(name);
        Map<String, Object> tree = ConfigJson.readTree(folder.resolve("config.json"));
        tree.put(
                key,
                switch (value) {
                    case "true" -> true;
                    case "5000" -> 5000;
                    default -> value;
                });
        ConfigJson.write(folder.resolve("config.json"), tree);
        assertThatThrownBy(() -> Models.load(folder, Devices.cpu()))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("config.json: " + sentence);
    }

    @Test
    void ropeTypesThatAreNotSupportedAreRefused() {
        assertThatThrownBy(() ->
                        LlamaConfig.BASE.with(c -> c.ropeParameters(Map.of("rope_type", "proportional", "factor", 2))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "rope_type must be default, linear, dynamic, llama3, longrope or yarn, but is \"proportional\"");
    }

    @Test
    void textWritersGetAGenerationConfigOfTheirTokens() {
        LlamaConfig config = LlamaConfig.BASE.with(c -> c.vocabSize(50)
                .hiddenSize(8)
                .intermediateSize(8)
                .numHiddenLayers(1)
                .numAttentionHeads(2)
                .eosTokenId(List.of(2, 3)));
        try (LlamaForCausalLM model = new LlamaForCausalLM(config)) {
            model.initializeWeights(1, Devices.cpu());
            Models.save(model, temp.resolve("llama"));
        }
        assertThat(ConfigJson.readTree(temp.resolve("llama/generation_config.json")))
                .isEqualTo(Map.of("eos_token_id", List.of(2, 3)));
    }

    private Path copyOf(String oracle) throws IOException {
        Path source = SharedFiles.require("oracles/" + oracle);
        Path folder = Files.createDirectory(temp.resolve("copy"));
        for (String file : List.of("config.json", "model.safetensors")) {
            Files.copy(source.resolve(file), folder.resolve(file));
        }
        return folder;
    }

    private static Path withReferences(String oracle, Path folder) throws IOException {
        for (String file : List.of("inputs.json", "expected.safetensors")) {
            Files.copy(SharedFiles.require("oracles/" + oracle).resolve(file), folder.resolve(file));
        }
        return folder;
    }

    private interface Change {
        Tensor of(String key, Tensor tensor);
    }

    private static void rewrite(Path folder, Change change) {
        try (TensorScope scope = new TensorScope();
                CheckpointReader reader = CheckpointReader.open(folder)) {
            Map<String, Tensor> weights = new LinkedHashMap<>();
            reader.names().forEach(key -> weights.put(key, change.of(key, reader.tensor(key))));
            CheckpointWriter.write(folder, weights);
        }
    }
}
