package io.transformer4j.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.transformer4j.checkpoint.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
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
                .isEqualTo(GenerationConfig.DEFAULT.with(c -> c.maxNewTokens(9)
                        .doSample(true)
                        .temperature(0.7)
                        .topP(0.9)
                        .repetitionPenalty(1.3)
                        .eosTokenIds(Set.of(3, 5))
                        .stopStrings(List.of("END"))));
    }

    @Test
    void takesTheEndTokenFromConfigJsonIfNobodyElseSays() throws IOException {
        assertThat(load("{\"eos_token_id\": 4}").eosTokenIds()).containsExactly(4);
        assertThat(load("{}").eosTokenIds()).containsExactly(7);
        Files.delete(folder.resolve(GenerationConfig.FILE_NAME));
        assertThat(GenerationConfig.load(folder))
                .isEqualTo(GenerationConfig.DEFAULT.with(c -> c.eosTokenIds(Set.of(7))));
    }

    @Test
    void readsTheSettingsOfBeamSearch() throws IOException {
        GenerationConfig config = load("""
                {"num_beams": 4, "num_return_sequences": 2, "length_penalty": 0.6, "early_stopping": "never",
                 "no_repeat_ngram_size": 3, "encoder_no_repeat_ngram_size": 4, "encoder_repetition_penalty": 1.5,
                 "min_new_tokens": 2, "bad_words_ids": [[5], [6, 7]],
                 "forced_bos_token_id": 8, "forced_eos_token_id": 7}
                """);

        assertThat(config)
                .isEqualTo(GenerationConfig.DEFAULT.with(c -> c.numBeams(4)
                        .numReturnSequences(2)
                        .lengthPenalty(0.6)
                        .earlyStopping(GenerationConfig.EarlyStopping.NEVER)
                        .noRepeatNgramSize(3)
                        .encoderNoRepeatNgramSize(4)
                        .encoderRepetitionPenalty(1.5)
                        .minNewTokens(2)
                        .badWordsIds(List.of(List.of(5), List.of(6, 7)))
                        .forcedBosTokenId(8)
                        .forcedEosTokenId(7)
                        .eosTokenIds(Set.of(7))));
    }

    /** As in the files of BART's summarizers, whose lengths count the start token. */
    @Test
    void lengthsOfWholeTextsAreThoseOfNewTokensBehindTheStartToken() throws IOException {
        String json = "{\"max_length\": 142, \"min_length\": 56, \"eos_token_id\": 2}";
        assertThat(load(json).maxNewTokens())
                .as("of a model that continues prompts of any length")
                .isEqualTo(GenerationConfig.DEFAULT.maxNewTokens());
        Files.writeString(folder.resolve("config.json"), "{\"model_type\": \"bart\", \"is_encoder_decoder\": true}");
        assertThat(GenerationConfig.load(folder))
                .isEqualTo(GenerationConfig.DEFAULT.with(
                        c -> c.maxNewTokens(141).minNewTokens(55).eosTokenIds(Set.of(2))));
    }

    @Test
    void lengthsOfWholeTextsCountTheirPrompts() {
        Map<String, Object> tree = Map.of("max_length", 30, "min_length", 20);
        assertThat(GenerationConfig.of(tree, 12))
                .isEqualTo(GenerationConfig.DEFAULT.with(c -> c.maxNewTokens(18).minNewTokens(8)));
        assertThat(GenerationConfig.of(tree, 25)).isEqualTo(GenerationConfig.DEFAULT.with(c -> c.maxNewTokens(5)));
        assertThat(GenerationConfig.of(Map.of("max_length", 30, "max_new_tokens", 7, "min_length", 99), 12))
                .as("new tokens count before lengths, as in HF")
                .isEqualTo(GenerationConfig.DEFAULT.with(c -> c.maxNewTokens(7).minNewTokens(7)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"temperature": 0}          | temperature must be positive, but is 0.0; for the likeliest token switch do_sample off
            {"top_p": 1.5}              | top_p must be in (0, 1], but is 1.5
            {"top_k": -1}               | top_k must be 0 (all tokens) or more, but is -1
            {"max_new_tokens": 0}       | max_new_tokens must be positive, but is 0
            {"repetition_penalty": -1}  | repetition_penalty must be positive (1 for none), but is -1.0
            {"encoder_repetition_penalty": 0} | encoder_repetition_penalty must be positive (1 for none), but is 0.0
            {"encoder_no_repeat_ngram_size": -2} | encoder_no_repeat_ngram_size must not be negative, but is -2
            {"num_beams": 0}            | num_beams must be positive, but is 0
            {"num_beams": 4, "num_return_sequences": 5} | num_return_sequences must be between 1 and num_beams (4), but is 5
            {"num_beams": 4, "do_sample": true} | do_sample and num_beams 4 exclude each other
            {"early_stopping": "soon"}  | early_stopping must be true, false or "never", but is soon
            {"min_new_tokens": 60}      | min_new_tokens must be between 0 and max_new_tokens (50), but is 60
            {"bad_words_ids": [[]]}     | bad_words_ids must not contain an empty list
            {"top_k": "many"}           | top_k must be an integer, but is "many"
            {"stop_strings": [""]}      | stop_strings must not contain an empty string
            """)
    void saysWhatIsWrongAndWhere(String json, String problem) {
        assertThatThrownBy(() -> load(json))
                .isInstanceOf(CheckpointException.class)
                .hasMessage(folder.resolve(GenerationConfig.FILE_NAME) + ": " + problem);
    }
}
