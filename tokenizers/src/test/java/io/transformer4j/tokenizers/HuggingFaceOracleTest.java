package io.transformer4j.tokenizers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.transformer4j.tokenizers.Truncation.Strategy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Ids, tokens, offsets and decoded text against lines that Hugging Face {@code tokenizers} wrote. */
class HuggingFaceOracleTest {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    @ParameterizedTest
    @ValueSource(strings = {"wordpiece_uncased", "wordpiece_cased", "bpe_gpt2", "bpe_roberta"})
    void singleTexts(String name) throws IOException {
        Path folder = SharedFolder.resolve("oracles/tokenizers").resolve(name);
        Tokenizer tokenizer = Tokenizer.load(folder);
        Tokenizer pipeline = ReferencePipeline.of(tokenizer);
        SoftAssertions all = new SoftAssertions();
        for (JsonNode line : lines(folder.resolve("single.jsonl"))) {
            String text = line.get("text").asString();
            for (Tokenizer each : List.of(tokenizer, pipeline)) {
                Encoding encoding = each.encode(text);
                all.assertThat(encoding.ids()).as("ids of %s", line).isEqualTo(ints(line.get("ids")));
                all.assertThat(encoding.tokens()).as("tokens of %s", line).isEqualTo(strings(line.get("tokens")));
                all.assertThat(encoding.codePointOffsets())
                        .as("offsets of %s", line)
                        .isDeepEqualTo(pairs(line.get("offsets")));
            }
            assertThat(tokenizer.encodeToIds(text, true)).isEqualTo(ints(line.get("ids")));
            String decoded = tokenizer.decode(tokenizer.encodeToIds(text, false), false);
            all.assertThat(decoded)
                    .as("decoded %s", line)
                    .isEqualTo(line.path("decoded").asString(text));
        }
        all.assertAll();
    }

    @ParameterizedTest
    @ValueSource(strings = {"wordpiece_uncased", "wordpiece_cased", "bpe_gpt2", "bpe_roberta"})
    void truncatedAndPaddedPairs(String name) throws IOException {
        Path folder = SharedFolder.resolve("oracles/tokenizers").resolve(name);
        Tokenizer tokenizer = Tokenizer.load(folder);
        SoftAssertions all = new SoftAssertions();
        for (JsonNode line : lines(folder.resolve("pairs.jsonl"))) {
            EncodeOptions options = options(line, tokenizer);
            String text = line.get("text").asString();
            String pair = line.get("pair").asString();
            if (line.has("error")) {
                assertThatThrownBy(() -> tokenizer.encode(text, pair, options))
                        .as("%s", line)
                        .isInstanceOf(IllegalArgumentException.class);
                continue;
            }
            Encoding encoding = tokenizer.encode(text, pair, options);
            all.assertThat(encoding.ids()).as("ids of %s", line).isEqualTo(ints(line.get("ids")));
            all.assertThat(encoding.tokens()).as("tokens of %s", line).isEqualTo(strings(line.get("tokens")));
            all.assertThat(encoding.codePointOffsets())
                    .as("offsets of %s", line)
                    .isDeepEqualTo(pairs(line.get("offsets")));
            all.assertThat(encoding.typeIds()).as("type ids of %s", line).isEqualTo(ints(line.get("type_ids")));
            all.assertThat(encoding.specialTokensMask())
                    .as("special tokens of %s", line)
                    .isEqualTo(ints(line.get("special_tokens_mask")));
            all.assertThat(encoding.attentionMask())
                    .as("attention mask of %s", line)
                    .isEqualTo(ints(line.get("attention_mask")));
            all.assertThat(encoding.overflowing().stream().map(Encoding::ids).toArray(int[][]::new))
                    .as("overflow of %s", line)
                    .isDeepEqualTo(pairs(line.get("overflowing_ids")));
        }
        all.assertAll();
    }

    private static EncodeOptions options(JsonNode line, Tokenizer tokenizer) {
        Truncation truncation = new Truncation(
                Direction.valueOf(line.get("direction").asString().toUpperCase(Locale.ROOT)),
                line.get("max_length").asInt(),
                Strategy.valueOf(line.get("strategy").asString().toUpperCase(Locale.ROOT)),
                line.get("stride").asInt());
        int padId = tokenizer.padTokenId().orElse(0);
        Padding padding = line.get("pad_to").isNull()
                ? null
                : Padding.fixed(line.get("pad_to").asInt(), padId, tokenizer.idToToken(padId));
        return EncodeOptions.defaults().withTruncation(truncation).withPadding(padding);
    }

    private static List<JsonNode> lines(Path file) throws IOException {
        return Files.readAllLines(file).stream().map(JSON::readTree).toList();
    }

    private static int[] ints(JsonNode array) {
        int[] values = new int[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.get(i).asInt();
        }
        return values;
    }

    private static int[][] pairs(JsonNode array) {
        int[][] values = new int[array.size()][];
        for (int i = 0; i < values.length; i++) {
            values[i] = ints(array.get(i));
        }
        return values;
    }

    private static List<String> strings(JsonNode array) {
        List<String> values = new ArrayList<>();
        array.forEach(value -> values.add(value.asString()));
        return values;
    }
}
