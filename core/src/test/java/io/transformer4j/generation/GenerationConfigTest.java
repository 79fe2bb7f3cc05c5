package io.transformer4j.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.transformer4j.checkpoint.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GenerationConfigTest {
    @TempDir
    Path folder;

    private GenerationConfig load(String generationConfig) throws IOException {
        Files.writeString(folder.resolve("config.json"), "{\"model_type\": \"gpt2\", \"eos_token_id\": 7}");
        Files.writeString(folder.resolve(GenerationConfig.FILE_NAME), generationConfig);
        return GenerationConfig.load(folder);
    }

    @Test
    void readsWhatTheFileSaysAndKeepsTheDefaultsOtherwise() throws IOException {
        GenerationConfig config = load("""
                {"_from_model_config": true, "max_new_tokens": 9, "do_sample": true, "temperature": 0.7, "top_k": null,
                 "top_p": 0.9, "repetition_penalty": 1.3, "eos_token_id": [3, 5], "stop_strings": "END", "num_beams": 1}
                """);

        assertThat(config)
                .isEqualTo(new GenerationConfig(9, true, 0.7, 50, 0.9, 1.3, Set.of(3, 5), List.of("END"), 42));
    }

    @Test
    void takesTheEndTokenFromConfigJsonIfNobodyElseSays() throws IOException {
        assertThat(load("{\"eos_token_id\": 4}").eosTokenIds()).containsExactly(4);
        assertThat(load("{}").eosTokenIds()).containsExactly(7);
        Files.delete(folder.resolve(GenerationConfig.FILE_NAME));
        assertThat(GenerationConfig.load(folder))
                .isEqualTo(GenerationConfig.DEFAULT.with(c -> c.eosTokenIds(Set.of(7))));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"temperature": 0}          | temperature must be positive, but is 0.0; for the likeliest token switch do_sample off
            {"top_p": 1.5}              | top_p must be in (0, 1], but is 1.5
            {"top_k": -1}               | top_k must be 0 (all tokens) or more, but is -1
            {"max_new_tokens": 0}       | max_new_tokens must be positive, but is 0
            {"repetition_penalty": -1}  | repetition_penalty must be positive (1 for none), but is -1.0
            {"num_beams": 4}            | num_beams is 4, but only 1 is supported
            {"top_k": "many"}           | top_k must be an integer, but is "many"
            {"stop_strings": [""]}      | stop_strings must not contain an empty string
            """)
    void saysWhatIsWrongAndWhere(String json, String problem) {
        assertThatThrownBy(() -> load(json))
                .isInstanceOf(CheckpointException.class)
                .hasMessage(folder.resolve(GenerationConfig.FILE_NAME) + ": " + problem);
    }
}
