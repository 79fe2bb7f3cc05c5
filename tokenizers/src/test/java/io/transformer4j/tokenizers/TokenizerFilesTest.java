package io.transformer4j.tokenizers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.transformer4j.progress.ProgressListener;
import io.transformer4j.tokenizers.models.Vocabulary;
import io.transformer4j.tokenizers.text.TokenizerException;
import io.transformer4j.tokenizers.trainers.BpeTrainer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class TokenizerFilesTest {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String TEXT = "Hello, wörld! It's 42 degrees\n\n in the sun.";

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"wordpiece_uncased", "wordpiece_cased", "bpe_gpt2", "bpe_roberta"})
    void tokenizerJsonOfHuggingFaceComesBackUnchanged(String name) throws IOException {
        Path file = SharedFolder.resolve("oracles/tokenizers").resolve(name).resolve("tokenizer.json");

        Tokenizer.load(file).save(folder);

        JsonNode expected = JSON.readTree(Files.readString(file));
        assertThat(JSON.readTree(Files.readString(folder.resolve("tokenizer.json"))))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @MethodSource("components")
    void eachComponentComesBackUnchanged(String place, String component) throws IOException {
        ObjectNode document = (ObjectNode) JSON.readTree("""
                {"version": "1.0", "truncation": null, "padding": null, "added_tokens": [], "normalizer": null,
                 "pre_tokenizer": null, "post_processor": null, "decoder": null,
                 "model": {"type": "WordLevel", "vocab": {"a": 0, "[U]": 1}, "unk_token": "[U]"}}
                """);
        document.set(place, JSON.readTree(component));
        Path file = Files.writeString(folder.resolve("tokenizer.json"), document.toString());

        Tokenizer.load(file).save(folder);

        assertThat(JSON.readTree(Files.readString(file))).isEqualTo(document);
    }

    static Stream<Arguments> components() throws IOException {
        try (InputStream in = TokenizerFilesTest.class.getResourceAsStream("components.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split(" ", 2))
                    .map(parts -> Arguments.of(parts[0], parts[1]));
        }
    }

    @Test
    void vocabularyFilesGiveTheSameTokenizer() throws IOException {
        Tokenizer bert = Tokenizers.bertUncased(Vocabulary.of(List.of(
                "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "hello", "world", "in", "the", "sun", "##s", ",", "!")));
        Tokenizer gpt2 = BpeTrainer.builder()
                .vocabSize(300)
                .minFrequency(1)
                .build()
                .train(Stream.of(TEXT), ProgressListener.NONE);
        for (Tokenizer tokenizer : List.of(bert, gpt2)) {
            tokenizer.save(folder);
            Files.delete(folder.resolve("tokenizer.json"));

            Tokenizer loaded = Tokenizer.load(folder);

            assertThat(loaded.encode(TEXT).ids())
                    .isEqualTo(tokenizer.encode(TEXT).ids());
            assertThat(loaded.specialTokens()).isEqualTo(tokenizer.specialTokens());
            assertThat(loaded.vocabSize()).isEqualTo(tokenizer.vocabSize());
            try (Stream<Path> files = Files.list(folder)) {
                assertThat(files.filter(file -> file.toString().endsWith(".tmp")))
                        .isEmpty();
            }
            Files.deleteIfExists(folder.resolve("vocab.txt"));
        }
    }

    /** As files of 2020 are: no model type, no use_regex, merges as lines. */
    @Test
    void oldFilesAreRead() throws IOException {
        Files.writeString(folder.resolve("tokenizer.json"), """
                {"version": "1.0", "added_tokens": [], "normalizer": null,
                 "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true},
                 "post_processor": null, "decoder": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true},
                 "model": {"vocab": {"a": 0, "b": 1, "Ġ": 2, "ab": 3, "Ġab": 4}, "merges": ["a b", "Ġ ab"]}}
                """);

        Tokenizer tokenizer = Tokenizer.load(folder);

        assertThat(tokenizer.encode("ab ab").tokens()).containsExactly("ab", "Ġab");
        assertThat(tokenizer.decode(new int[] {3, 4}, false)).isEqualTo("ab ab");
    }

    @Test
    void optionsSurviveTheFile() {
        Tokenizer tokenizer = Tokenizers.characters(Stream.of(TEXT))
                .withOptions(EncodeOptions.defaults()
                        .withTruncation(Truncation.toLength(7).withStride(2).withDirection(Direction.LEFT))
                        .withPadding(Padding.longest(3, "x").withMultipleOf(8)));

        tokenizer.save(folder);

        assertThat(Tokenizer.load(folder).options()).isEqualTo(tokenizer.options());
    }

    @Test
    void charactersKeepEveryCharacter() {
        String text = TEXT + "\r\n\t\u2028\u0000𝔸e\u0301 ";
        Tokenizer tokenizer = Tokenizers.characters(Stream.of(TEXT, text));
        tokenizer.save(folder);

        for (Tokenizer each : List.of(tokenizer, Tokenizer.load(folder))) {
            int[] ids = each.encodeToIds(text, true);
            assertThat(ids).hasSize(text.codePointCount(0, text.length()));
            assertThat(each.decode(ids, true)).isEqualTo(text);
        }
        assertThat(tokenizer.tokenToId("\u0000")).hasValue(0);
        assertThat(tokenizer.tokenToId("\t")).hasValue(1);
        assertThatThrownBy(() -> tokenizer.encode("Ω"))
                .isInstanceOf(TokenizerException.class)
                .hasMessageContaining("'Ω' isn't in the vocabulary");
        assertThatThrownBy(() -> Tokenizers.characters(Stream.of("")))
                .isInstanceOf(TokenizerException.class)
                .hasMessageContaining("the text is empty");
    }

    /** Fewer than a hundred tokens, as nanoGPT's {@code shakespeare_char} has. */
    @Test
    void charactersOfAWholeBookComeBack() throws IOException {
        String text = Files.readString(SharedFolder.resolve("data/lm/tinyshakespeare.txt"));

        Tokenizer tokenizer = Tokenizers.characters(text.lines().map(line -> line + "\n"));

        assertThat(tokenizer.vocabSize()).isEqualTo(65);
        assertThat(tokenizer.decode(tokenizer.encodeToIds(text, false), false)).isEqualTo(text);
    }

    @Test
    void rolesComeFromSpecialTokensMap() throws IOException {
        Tokenizers.characters(Stream.of("abc")).save(folder);
        Files.writeString(
                folder.resolve("special_tokens_map.json"),
                "{\"pad_token\": {\"content\": \"b\"}, \"eos_token\": \"c\"}");

        Tokenizer loaded = Tokenizer.load(folder);

        assertThat(loaded.padTokenId()).hasValue(1);
        assertThat(loaded.eosTokenId()).hasValue(2);
        assertThat(loaded.maskTokenId()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{`model`: {`type`: `Magic`, `vocab`: {}}}|model: there is no Model of type 'Magic'",
                "{`normalizer`: {`type`: `Foo`}, `model`: {`type`: `WordLevel`, `vocab`: {}}}|normalizer: there is no Normalizer of type 'Foo'",
                "{`model`: {`type`: `WordLevel`, `vocab`: {`a`: 0, `b`: 0}}}|gives id 0 to both 'a' and 'b'",
                "{`model`: {`type`: `WordLevel`, `vocab`: {`a`: 0, `a`: 1}}}|uplicate",
                "{`model`: {`type`: `WordLevel`, `vocab`: {`a`: -1}}}|the id -1",
                "{`model`: {`type`: `BPE`, `vocab`: {`a`: 0}, `merges`: [`a b`]}}|merge 1 ('a' 'b') needs 'b', which isn't in the vocabulary",
                "{`model`: {`type`: `BPE`, `vocab`: {`a`: 0}, `merges`: [`a`]}}|a merge must be two pieces with one space between, not 'a'",
                "{`model`: {`type`: `BPE`, `vocab`: {`a`: 0}, `merges`: [], `dropout`: 0.1}}|dropout (0.1) is not supported",
                "{`model`: {`type`: `Unigram`, `vocab`: [[`a`, 0.0]], `unk_id`: 7}}|unk_id 7 is no id of the 1 pieces",
                "{`pre_tokenizer`: {`type`: `Split`, `pattern`: {`Regex`: `(`}, `behavior`: `Removed`, `invert`: false}, `model`: {`type`: `WordLevel`, `vocab`: {}}}|the regular expression '(' is not valid",
                "{`surprise`: 1, `model`: {`type`: `WordLevel`, `vocab`: {}}}|surprise",
                "{`added_tokens`: [{`id`: 0, `content`: `a`}], `model`: nothing}|line 1",
                "{}|model",
                "``|this is no JSON object",
                "null|this is no JSON object",
                "[]|this is no JSON object",
                "{`model`: {`type`: `WordLevel`, `vocab`: {`a`: 99999999}}}|the id 99999999; ids go from 0 to 16777216",
                "{`model`: {`type`: `WordLevel`, `vocab`: {`a`: null}}}|model.vocab.a is missing or null",
                "{`model`: {`type`: `WordPiece`}}|model.vocab is missing or null",
                "{`model`: {`type`: `BPE`, `vocab`: {`a`: 0}}}|model.merges is missing or null",
                "{`model`: {`type`: `BPE`, `vocab`: {`a`: 0}, `merges`: [null]}}|model.merges.[0] is missing or null",
                "{`model`: {`type`: `Unigram`, `vocab`: [[`a`]]}}|model.vocab.[0].score is missing or null",
                "{`added_tokens`: [{`id`: 0, `content`: `a`}], `model`: {`type`: `WordLevel`, `vocab`: {}}}|added_tokens.[0].single_word is missing or null",
                "{`truncation`: {`strategy`: `LongestFirst`, `stride`: 0}, `model`: {`type`: `WordLevel`, `vocab`: {}}}|truncation.max_length is missing or null",
                "{`pre_tokenizer`: {`type`: `Split`, `pattern`: {`String`: ` `}, `invert`: false}, `model`: {`type`: `WordLevel`, `vocab`: {}}}|pre_tokenizer.behavior is missing or null",
                "{`added_tokens`: [{`id`: 99999999, `content`: `a`, `single_word`: false, `lstrip`: false, `rstrip`: false, `normalized`: false, `special`: true}], `model`: {`type`: `WordLevel`, `vocab`: {}}}|added_tokens.[0]: the added token 'a' has the id 99999999",
            })
    void brokenTokenizerJsonIsAClearError(String json, String message) throws IOException {
        Path file = folder.resolve("tokenizer.json");
        Files.writeString(file, json.replace('`', '"'));

        assertThatThrownBy(() -> Tokenizer.load(folder))
                .isInstanceOf(TokenizerException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining(message);
    }

    @Test
    void brokenVocabularyFilesAreClearErrors() throws IOException {
        assertThatThrownBy(() -> Tokenizer.load(folder)).hasMessageContaining("no tokenizer here");
        Files.writeString(folder.resolve("vocab.txt"), "");
        assertThatThrownBy(() -> Tokenizer.load(folder)).hasMessageContaining("the vocabulary is empty");
        Files.write(folder.resolve("vocab.txt"), new byte[] {'a', '\n', (byte) 0xFF, '\n'});
        assertThatThrownBy(() -> Tokenizer.load(folder)).hasMessageContaining("not valid UTF-8");
        Files.writeString(folder.resolve("vocab.json"), "{\"a\": 0, \"b\": 1}");
        Files.writeString(folder.resolve("merges.txt"), "#version: 0.2\na b\n");
        assertThatThrownBy(() -> Tokenizer.load(folder))
                .hasMessageContaining("needs 'ab', which isn't in the vocabulary");
        Files.writeString(folder.resolve("merges.txt"), "#version: 0.2\n\nab\n");
        assertThatThrownBy(() -> Tokenizer.load(folder)).hasMessageContaining("merges.txt line 3");
    }

    @Test
    void duplicateAndEmptyLinesOfAVocabularyKeepTheirIds() throws IOException {
        Files.writeString(folder.resolve("vocab.txt"), "[UNK]\nab\n\nab\ncd\r\n");

        Tokenizer tokenizer = Tokenizer.load(folder);

        assertThat(tokenizer.vocabSize()).isEqualTo(5);
        assertThat(tokenizer.encode("ab cd x").ids()).containsExactly(3, 4, 0);
        assertThat(tokenizer.idToToken(1)).isEqualTo("ab");
    }

    @Test
    void emptyPiecesNeverMatch() throws IOException {
        Path file = folder.resolve("tokenizer.json");
        String added =
                "{'id': 9, 'content': '', 'single_word': false, 'lstrip': true, 'rstrip': true, 'normalized': true,"
                        + " 'special': false}";
        for (String model : List.of(
                "{'type': 'WordPiece', 'vocab': {'': 0, '##': 1, 'a': 2, '##a': 3, '[UNK]': 4}}",
                "{'type': 'BPE', 'vocab': {'': 0, '#': 1, 'a': 2, 'aa': 3}, 'merges': [['', 'a'], ['a', 'a']]}",
                "{'type': 'Unigram', 'vocab': [['', 0.0], ['', -1.0], ['a', -2.0], ['aa', -2.5]], 'unk_id': 0}",
                "{'type': 'WordLevel', 'vocab': {'': 0, 'b': 1, 'aa': 3}}")) {
            Files.writeString(
                    file,
                    "{'added_tokens': [%s], 'model': %s}"
                            .formatted(added, model)
                            .replace('\'', '"'));

            Encoding encoding = Tokenizer.load(file).encode("aa");

            assertThat(encoding.ids()).as(model).endsWith(3);
            assertThat(encoding.ends()).as(model).endsWith(2);
        }
    }
}
