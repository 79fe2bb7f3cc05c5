package io.transformer4j.cli;

import static io.transformer4j.cli.CommandLineRun.t4j;
import static org.assertj.core.api.Assertions.assertThat;

import io.transformer4j.checkpoint.ConfigJson;
import io.transformer4j.models.PretrainedModel;
import io.transformer4j.models.auto.Models;
import io.transformer4j.tokenizers.Tokenizer;
import io.transformer4j.torch.Devices;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The commands work with every family alike. */
class FamilyCommandsTest {
    private static final Map<String, String> TINY = Map.of(
            "distilbert", "{dim: 16, n_layers: 2, n_heads: 2, hidden_dim: 32, max_position_embeddings: 12}",
            "roberta",
                    "{hidden_size: 16, num_hidden_layers: 2, num_attention_heads: 2, intermediate_size: 32,"
                            + " max_position_embeddings: 14}",
            "openai-gpt", "{n_embd: 16, n_layer: 2, n_head: 2, n_positions: 12}",
            "gpt_neo",
                    "{hidden_size: 16, num_layers: 2, num_heads: 2, max_position_embeddings: 12, window_size: 4,"
                            + " attention_types: [[[global, local], 1]]}",
            "llama",
                    "{hidden_size: 16, num_hidden_layers: 2, num_attention_heads: 4, num_key_value_heads: 2,"
                            + " intermediate_size: 32, max_position_embeddings: 12}");

    @TempDir
    private static Path folder;

    private static Path corpus;

    @BeforeAll
    static void writeCorpus() throws IOException {
        corpus = Files.writeString(folder.resolve("corpus.txt"), "The cat sat on the mat.\nThe river was cold.\n");
    }

    @ParameterizedTest
    @CsvSource({"distilbert, DistilBertForMaskedLM", "roberta, RobertaForMaskedLM"})
    void encodersFillMasksAndEmbed(String family, String architecture) throws IOException {
        Path model = make(family, architecture, "wordpiece");

        CommandLineRun filled = t4j("fill-mask", model.toString(), "The [MASK] sat on the mat.", "--top-k", "3");
        assertThat(filled.exitCode()).as(filled.err()).isZero();
        assertThat(filled.out().lines()).hasSize(4);

        CommandLineRun embedded = t4j("embed", model.toString(), "the cat", "the cat sat on the mat.");
        assertThat(embedded.exitCode()).as(embedded.err()).isZero();
        assertThat(embedded.out().lines()).hasSize(2);

        CommandLineRun tooLong = t4j("embed", model.toString(), "the ".repeat(30));
        assertThat(tooLong.err()).contains("but the model's max_position_embeddings is 12");
        assertThat(t4j("info", model.toString()).out())
                .startsWith(architecture + ": 2 layers, 2 heads, hidden size 16, feed-forward 32");
    }

    @ParameterizedTest
    @CsvSource({"openai-gpt, OpenAIGPTLMHeadModel", "gpt_neo, GPTNeoForCausalLM", "llama, LlamaForCausalLM"})
    void decodersGenerateAndEmbed(String family, String architecture) throws IOException {
        Path model = make(family, architecture, "bpe");

        CommandLineRun generated =
                t4j("generate", model.toString(), "The", "--max-new-tokens", "4", "--temperature", "1");
        assertThat(generated.exitCode()).as(generated.err()).isZero();
        assertThat(generated.err()).contains(" tokens, ", " tokens/s, ended by ");

        CommandLineRun embedded = t4j("embed", model.toString(), "The cat");
        assertThat(embedded.exitCode()).as(embedded.err()).isZero();
        assertThat(t4j("info", model.toString()).out())
                .startsWith(architecture + ": 2 layers")
                .contains("KV cache");
    }

    @Test
    void aFolderWithoutReferencesCannotBeVerified() throws IOException {
        Path model = make("llama", "LlamaForCausalLM", "bpe");
        CommandLineRun run = t4j("verify-checkpoint", model.toString());
        assertThat(run.exitCode()).isEqualTo(T4j.FAILURE);
        assertThat(run.out()).contains("DISAGREES", "not compared: ", "has no inputs.json with cases to verify");
        CommandLineRun json = t4j("verify-checkpoint", "--json", model.toString());
        assertThat(json.exitCode()).isEqualTo(T4j.FAILURE);
        assertThat(json.out()).contains("\"problems\":[\"");
    }

    private static Path make(String family, String architecture, String tokenizerType) throws IOException {
        Path out = Files.createTempDirectory(folder, family);
        CommandLineRun run = t4j(
                "tokenizer",
                "train",
                "--min-frequency",
                "1",
                "--type",
                tokenizerType,
                "--vocab-size",
                "270",
                "--out",
                out.toString(),
                corpus.toString());
        assertThat(run.exitCode()).as(run.err()).isZero();
        Path config =
                Files.writeString(out.resolve("tiny.json"), TINY.get(family).replaceAll("([a-z][a-z_]*)", "\"$1\""));
        Map<String, Object> tree = new LinkedHashMap<>(ConfigJson.readTree(config));
        Tokenizer tokenizer = Tokenizer.load(out);
        tree.put("model_type", family);
        tree.put("vocab_size", tokenizer.vocabSize());
        tree.put("eos_token_id", null);
        try (PretrainedModel model = Models.build(tree, architecture, config)) {
            model.initializeWeights(1, Devices.cpu());
            Models.save(model, out);
        }
        return out;
    }
}
