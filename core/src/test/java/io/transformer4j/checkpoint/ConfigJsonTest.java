package io.transformer4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigJsonTest {
    @TempDir
    Path folder;

    @Test
    void absentKeysKeepTheBuildersDefaults() throws IOException {
        assertThat(read("{\"hidden_size\": 64, \"num_attention_heads\": 4, \"layer_norm_eps\": 1}"))
                .isEqualTo(ExampleConfig.builder()
                        .hiddenSize(64)
                        .numAttentionHeads(4)
                        .layerNormEps(1)
                        .build());
    }

    @Test
    void everyKindOfComponentIsRead() throws IOException {
        ExampleConfig config = read("""
                {"model_type": "bert", "n_inner": 7, "is_decoder": true, "hidden_act": "relu",
                 "architectures": ["A", "B"], "id2label": {"0": "no", "1": "yes"}}""");
        assertThat(config.modelType()).isEqualTo("bert");
        assertThat(config.nInner()).isEqualTo(7);
        assertThat(config.isDecoder()).isTrue();
        assertThat(config.hiddenAct()).isEqualTo(ExampleConfig.Activation.RELU);
        assertThat(config.architectures()).containsExactly("A", "B");
        assertThat(config.id2label()).containsExactly(Map.entry("0", "no"), Map.entry("1", "yes"));
    }

    @Test
    void writesSortedByKeyAndKeepsWhatItDoesNotKnow() throws IOException {
        String text = """
                {
                  "architectures": [
                    "BertModel"
                  ],
                  "hidden_act": "gelu",
                  "hidden_size": 768,
                  "id2label": {},
                  "is_decoder": false,
                  "layer_norm_eps": 1e-05,
                  "model_type": "example",
                  "n_inner": null,
                  "num_attention_heads": 12,
                  "rope_scaling": {
                    "factor": 8.0,
                    "type": "linear"
                  },
                  "some_list": [],
                  "some_null": null,
                  "transformers_version": "5.18.0",
                  "vocab_size": 30522
                }
                """;
        ExampleConfig config = read(text);
        assertThat(config.unknown()).containsOnlyKeys("rope_scaling", "some_list", "some_null", "transformers_version");
        Path copy = folder.resolve("copy.json");
        ConfigJson.write(copy, config);
        assertThat(copy).hasContent(text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'hidden_size': 'abc'}          | hidden_size must be an integer, but is \"abc\"",
                "{'hidden_size': '768'}          | hidden_size must be an integer, but is \"768\"",
                "{'hidden_size': 1.5}            | hidden_size must be an integer, but is 1.5",
                "{'hidden_size': null}           | hidden_size must be an integer, but is null",
                "{'hidden_size': [1]}            | hidden_size must be an integer, but is a list",
                "{'hidden_size': {}}             | hidden_size must be an integer, but is an object",
                "{'hidden_size': true}           | hidden_size must be an integer, but is true",
                "{'hidden_size': 1e30}           | hidden_size must be an integer, but is 1.0E30",
                "{'hidden_size': 9223372036854775808} | hidden_size must be an integer from -2^63 to 2^63-1, but is 9223372036854775808",
                "{'num_attention_heads': 4294967297}  | num_attention_heads must be an integer from -2^31 to 2^31-1, but is 4294967297",
                "{'n_inner': 'x'}                | n_inner must be an integer, but is \"x\"",
                "{'layer_norm_eps': '1e-5'}      | layer_norm_eps must be a number, but is \"1e-5\"",
                "{'is_decoder': 1}               | is_decoder must be true or false, but is 1",
                "{'model_type': 1}               | model_type must be a string, but is 1",
                "{'model_type': null}            | model_type must be a string, but is null",
                "{'hidden_act': 'swish'}         | hidden_act must be \"gelu\" or \"relu\", but is \"swish\"",
                "{'hidden_act': null}            | hidden_act must be \"gelu\" or \"relu\", but is null",
                "{'architectures': 'A'}          | architectures must be a list, but is \"A\"",
                "{'architectures': ['A', 2]}     | architectures[1] must be a string, but is 2",
                "{'id2label': {'0': 1}}          | id2label.0 must be a string, but is 1",
                "{'id2label': []}                | id2label must be an object, but is a list",
                "{'hidden_size': 30}             | hidden_size (30) must be a multiple of num_attention_heads (12)",
                "{'x': {'y': [1e999]}}           | y must be a number that a double can hold",
                "[]                              | must be one JSON object",
                "null                            | must be one JSON object, but is null",
                "{} {}                           | must be one JSON object",
            })
    void saysWhichValueIsWrongAndWhatWouldBeRight(String json, String problem) {
        assertThatThrownBy(() -> read(json.replace('\'', '"')))
                .isInstanceOf(CheckpointException.class)
                .hasMessage(folder.resolve("config.json") + ": " + problem);
    }

    @Test
    void refusesTextThatIsNotJson() {
        for (String bad :
                List.of("", "{\n\"a\": 1,\n}", "{\"a\": NaN}", "{\"a\": 1, \"a\": 1}", "[".repeat(200), "{\"a\":1")) {
            assertThatThrownBy(() -> read(bad))
                    .as(bad)
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageStartingWith(folder.resolve("config.json") + ": ")
                    .message()
                    .doesNotContain("\n");
        }
        assertThatThrownBy(() -> read("{\n\"a\": 1,\n\"a\": 2}"))
                .hasMessageContaining("line 3")
                .hasMessageContaining("\"a\"");
    }

    @Test
    void refusesAFileThatIsTooLargeWithoutReadingIt() throws IOException {
        Path file = folder.resolve("config.json");
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(5L << 30);
        }
        assertThatThrownBy(() -> ConfigJson.readTree(file))
                .hasMessage(file + ": has 5368709120 bytes, more than the 67108864 that it may have");
    }

    @Test
    void writesNumbersAndTextAsPythonDoes() {
        assertThat(PythonJson.text(List.of(
                        1e-5,
                        1e-4,
                        0.02,
                        1e-12,
                        1.5e-7,
                        1e15,
                        1e16,
                        1.5e16,
                        123456789.125,
                        2e-3,
                        -0.0,
                        Math.scalb(1.0, -44),
                        -1e100,
                        1.0f)))
                .isEqualTo("""
                        [
                          1e-05,
                          0.0001,
                          0.02,
                          1e-12,
                          1.5e-07,
                          1000000000000000.0,
                          1e+16,
                          1.5e+16,
                          123456789.125,
                          0.002,
                          -0.0,
                          5.684341886080802e-14,
                          -1e+100,
                          1.0
                        ]
                        """);
        assertThat(PythonJson.text("\"\\/\n\t\u0001\u007fé😀"))
                .isEqualTo("\"\\\"\\\\/\\n\\t\\u0001\\u007f\\u00e9\\ud83d\\ude00\"\n");
        assertThat(PythonJson.text(Map.of("\uffee", 1, "\ud83d\ude00", 2)))
                .isEqualTo("{\n  \"\\uffee\": 1,\n  \"\\ud83d\\ude00\": 2\n}\n");
    }

    private ExampleConfig read(String json) throws IOException {
        Path file = Files.writeString(folder.resolve("config.json"), json);
        return ConfigJson.read(file, ExampleConfig.class);
    }
}
