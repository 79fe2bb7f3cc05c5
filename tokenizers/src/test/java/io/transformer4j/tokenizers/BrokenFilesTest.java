package io.transformer4j.tokenizers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.transformer4j.progress.ProgressListener;
import io.transformer4j.tokenizers.decoders.ByteFallback;
import io.transformer4j.tokenizers.decoders.Decoder;
import io.transformer4j.tokenizers.models.Bpe;
import io.transformer4j.tokenizers.models.Merge;
import io.transformer4j.tokenizers.models.Unigram;
import io.transformer4j.tokenizers.models.Vocabulary;
import io.transformer4j.tokenizers.normalizers.Lowercase;
import io.transformer4j.tokenizers.normalizers.Nfkc;
import io.transformer4j.tokenizers.normalizers.Replace;
import io.transformer4j.tokenizers.normalizers.Sequence;
import io.transformer4j.tokenizers.normalizers.Strip;
import io.transformer4j.tokenizers.pretokenizers.Metaspace;
import io.transformer4j.tokenizers.pretokenizers.Metaspace.PrependScheme;
import io.transformer4j.tokenizers.text.TextPattern;
import io.transformer4j.tokenizers.text.TokenizerException;
import io.transformer4j.tokenizers.trainers.BpeTrainer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Files that were right once and are changed at random: each is read, or refused by a sentence that names it. */
class BrokenFilesTest {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String TEXT = "The cät  [MASK] sat,\n中𝔸 isn't\u0301 <m>.";

    @TempDir
    Path folder;

    @Test
    void changedValuesAreReadOrRefused() throws IOException {
        Random random = new Random(20_26);
        List<String> documents = documents();
        int refused = 0;
        for (int i = 0; i < 2_500; i++) {
            JsonNode tree = JSON.readTree(documents.get(i % documents.size()));
            for (int change = 0; change <= random.nextInt(2); change++) {
                changeValue(tree, random);
            }
            refused += loads(tree.toString()) ? 0 : 1;
        }
        assertThat(refused).isBetween(500, 2_000); // both happen
    }

    @Test
    void changedCharactersAreReadOrRefused() throws IOException {
        Random random = new Random(20_27);
        List<String> documents = documents();
        for (int i = 0; i < 1_500; i++) {
            StringBuilder json = new StringBuilder(documents.get(i % documents.size()));
            int at = random.nextInt(json.length());
            switch (random.nextInt(4)) {
                case 0 -> json.setLength(at);
                case 1 -> json.deleteCharAt(at);
                case 2 -> json.insert(at, "{}[]\",:0\\\u0000é\n".charAt(random.nextInt(12)));
                default -> json.setCharAt(at, (char) random.nextInt(0x80));
            }
            loads(json.toString());
        }
    }

    /** Whether it loads; anything but a clear refusal fails the test. */
    private boolean loads(String json) throws IOException {
        Path file = Files.write(folder.resolve("tokenizer.json"), json.getBytes(StandardCharsets.UTF_8));
        Tokenizer tokenizer;
        try {
            tokenizer = Tokenizer.load(file);
        } catch (TokenizerException refused) {
            assertThat(refused).as(json).hasMessageStartingWith(file + ": ");
            return false;
        } catch (RuntimeException | Error e) {
            return fail("not refused clearly: " + json, e);
        }
        try {
            tokenizer.decode(tokenizer.encode(TEXT).ids(), true);
            tokenizer.encodeBatch(List.of(TEXT, ""), List.of("a", "b"), tokenizer.options());
        } catch (TokenizerException | IllegalArgumentException unfit) {
            assertThat(unfit.getMessage()).as(json).isNotBlank();
        } catch (RuntimeException | Error e) {
            return fail("loaded, but can't be used: " + json, e);
        }
        return true;
    }

    private static void changeValue(JsonNode tree, Random random) {
        List<Runnable> changes = new ArrayList<>();
        collect(tree, tree, random, changes);
        if (!changes.isEmpty()) {
            changes.get(random.nextInt(changes.size())).run();
        }
    }

    /** One change for each value under {@code node}. */
    private static void collect(JsonNode tree, JsonNode node, Random random, List<Runnable> changes) {
        if (node instanceof ObjectNode object) {
            for (String key : List.copyOf(object.propertyNames())) {
                int kind = random.nextInt(4);
                changes.add(() -> {
                    if (kind == 0) {
                        object.remove(key);
                    } else if (kind == 1) {
                        object.set(key + "x", object.remove(key));
                    } else {
                        object.set(key, anything(tree, random));
                    }
                });
                collect(tree, object.get(key), random, changes);
            }
        } else if (node instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                int at = i;
                int kind = random.nextInt(4);
                changes.add(() -> {
                    if (kind == 0) {
                        array.remove(at);
                    } else if (kind == 1) {
                        array.insert(at, array.get(at));
                    } else {
                        array.set(at, anything(tree, random));
                    }
                });
                collect(tree, array.get(i), random, changes);
            }
        }
    }

    private static JsonNode anything(JsonNode tree, Random random) {
        return switch (random.nextInt(11)) {
            case 0 -> JSON.getNodeFactory().nullNode();
            case 1 -> JSON.getNodeFactory().numberNode(-1);
            case 2 -> JSON.getNodeFactory().numberNode(Integer.MAX_VALUE);
            case 3 -> JSON.getNodeFactory().numberNode(0.5);
            case 4 -> JSON.getNodeFactory().numberNode(1e300);
            case 5 -> JSON.getNodeFactory().stringNode("");
            case 6 -> JSON.getNodeFactory().stringNode("a");
            case 7 -> JSON.getNodeFactory().booleanNode(true);
            case 8 -> JSON.getNodeFactory().arrayNode();
            case 9 -> JSON.getNodeFactory().objectNode();
            default -> {
                List<JsonNode> all = tree.findValues(List.of("type", "vocab", "id", "content", "single", "pattern")
                        .get(random.nextInt(6)));
                yield all.isEmpty()
                        ? JSON.getNodeFactory().nullNode()
                        : all.get(random.nextInt(all.size())).deepCopy();
            }
        };
    }

    private List<String> documents() throws IOException {
        Tokenizer bert = Tokenizers.bertUncased(
                        Vocabulary.of(List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "c", "##a", "##t")))
                .withOptions(EncodeOptions.defaults()
                        .withTruncation(Truncation.toLength(8).withStride(2))
                        .withPadding(Padding.longest(0, "[PAD]").withMultipleOf(4)));
        Tokenizer gpt2 = BpeTrainer.builder()
                .vocabSize(262)
                .minFrequency(1)
                .build()
                .train(Stream.of("the cat the cat"), ProgressListener.NONE);
        Bpe merging = new Bpe(
                Vocabulary.of(List.of("<unk>", "<s>", "</s>", "a", "t", "at", "<0xC3>", "<0xA4>")),
                List.of(new Merge("a", "t")),
                new Bpe.Options("<unk>", null, null, true, true, true));
        Tokenizer roberta = Tokenizers.roberta(merging);
        Decoder metaspace = new io.transformer4j.tokenizers.decoders.Metaspace("▁", PrependScheme.ALWAYS, true);
        Tokenizer unigram = Tokenizer.builder()
                .normalizer(new Sequence(List.of(
                        new Nfkc(),
                        new Lowercase(),
                        new Strip(true, true),
                        new Replace(TextPattern.regex(" {2,}"), "▁"))))
                .preTokenizer(new Metaspace("▁", PrependScheme.FIRST, true))
                .model(new Unigram(List.of(new Unigram.Piece("<unk>", 0), new Unigram.Piece("▁the", -1.5)), 0, false))
                .decoder(new io.transformer4j.tokenizers.decoders.Sequence(List.of(new ByteFallback(), metaspace)))
                .addToken(new AddedToken(9, "<m>", true, true, true, true, false))
                .build();
        Tokenizer letters = Tokenizers.characters(Stream.of(TEXT));
        List<String> documents = new ArrayList<>();
        for (Tokenizer tokenizer : List.of(bert, gpt2, roberta, unigram, letters)) {
            tokenizer.save(folder);
            documents.add(Files.readString(folder.resolve("tokenizer.json")));
        }
        for (String beside : List.of("special_tokens_map.json", "tokenizer_config.json")) {
            Files.delete(folder.resolve(beside));
        }
        return documents;
    }
}
