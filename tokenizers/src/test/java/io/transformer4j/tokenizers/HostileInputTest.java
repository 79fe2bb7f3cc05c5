package io.transformer4j.tokenizers;

import static org.assertj.core.api.Assertions.assertThat;

import io.transformer4j.progress.ProgressListener;
import io.transformer4j.tokenizers.models.Unigram;
import io.transformer4j.tokenizers.models.Vocabulary;
import io.transformer4j.tokenizers.models.WordPiece;
import io.transformer4j.tokenizers.normalizers.Nfc;
import io.transformer4j.tokenizers.trainers.BpeTrainer;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Inputs on which quadratic work would never end within a build. */
class HostileInputTest {

    private static final int LONG = 10_000_000;

    private static final Tokenizer BERT = Tokenizers.bertUncased(Vocabulary.of(
            List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "##a", "##aa", "b", ",", "the", "##ir")));
    private static final Tokenizer BYTES = BpeTrainer.builder()
            .vocabSize(300)
            .minFrequency(1)
            .build()
            .train(Stream.of("a aa aaa aaaa abab their theirs"), ProgressListener.NONE);

    @Test
    void aWordOfMillionsOfCharacters() {
        String word = "a".repeat(LONG);
        Encoding unknown = BERT.encode(word);
        assertThat(unknown.tokens()).containsExactly("[CLS]", "[UNK]", "[SEP]");
        assertThat(unknown.ends()[1]).isEqualTo(LONG);

        assertThat(BYTES.decode(BYTES.encodeToIds(word, false), false)).isEqualTo(word);
        Tokenizer stages = ReferencePipeline.of(BYTES); // Bpe itself, not its fused form
        assertThat(stages.encodeToIds(word, false)).isEqualTo(BYTES.encodeToIds(word, false));

        Tokenizer patient = BERT.toBuilder()
                .model(new WordPiece(BERT.model().vocabulary(), "[UNK]", "##", LONG))
                .build();
        assertThat(patient.encodeToIds(word, false)).hasSize(1 + LONG / 2);

        Tokenizer unigram = Tokenizer.builder()
                .model(new Unigram(List.of(new Unigram.Piece("<unk>", 0), new Unigram.Piece("aaa", -1)), 0, false))
                .build();
        assertThat(unigram.encodeToIds(word.substring(1), false)).hasSize(LONG / 3);
    }

    @Test
    void aLineOfCombiningMarks() {
        Random random = new Random(5);
        StringBuilder marks = new StringBuilder("e");
        IntStream.range(0, LONG / 2 /* two bytes each */)
                .forEach(i -> marks.append((char) (0x300 + random.nextInt(0x70))));
        String text = marks.toString();

        assertThat(BERT.encode(text).ids()).hasSize(3);
        assertThat(BYTES.decode(BYTES.encodeToIds(text, false), false)).isEqualTo(text);
        Tokenizer composing = BYTES.toBuilder().normalizer(new Nfc()).build();
        assertThat(composing.decode(composing.encodeToIds(text, false), false))
                .isEqualTo(java.text.Normalizer.normalize(text, java.text.Normalizer.Form.NFC));
    }

    @Test
    void loneSurrogatesAreReplacementCharacters() {
        Encoding encoding = BYTES.encode("a\uD83D b\uDE00");

        assertThat(BYTES.decode(encoding.ids(), false)).isEqualTo("a\uFFFD b\uFFFD");
        assertThat(encoding.ends()[encoding.length() - 1]).isEqualTo(5);
        assertThat(BERT.encode("a\uD83Db").ids()).isEqualTo(BERT.encode("ab").ids());
    }

    @Test
    void manyAddedTokensThatNearlyMatch() {
        Tokenizer.Builder builder = BYTES.toBuilder();
        IntStream.range(0, 500).forEach(i -> builder.addToken(AddedToken.special(1000 + i, "<".repeat(20) + i + ">")));
        String text = "<".repeat(200_000) + "7>";

        Tokenizer tokenizer = builder.build();

        assertThat(tokenizer.decode(tokenizer.encodeToIds(text, false), false)).isEqualTo(text);
    }

    /** Each part between special tokens is searched for the others, but not the text behind it again and again. */
    @Test
    void manyPartsBetweenAddedTokens() {
        int parts = 300_000;
        Tokenizer tokenizer = BYTES.toBuilder()
                .addToken(new AddedToken(1000, "zebra", false, false, false, true, false))
                .build();

        int[] ids = tokenizer.encodeToIds("<|endoftext|>a".repeat(parts) + "zebra", false);

        assertThat(ids).hasSize(2 * parts + 1).endsWith(1000);
    }

    @Test
    void aLimitBeyondAllWordsCostsNothing() {
        Tokenizer unlimited = BERT.toBuilder()
                .model(new WordPiece(BERT.model().vocabulary(), "[UNK]", "##", Integer.MAX_VALUE))
                .build();

        assertThat(unlimited.encode("\u00c0a" + "a".repeat(1_000) + " the").tokens())
                .hasSize(2 + 1 + 1_000 / 2 + 1 + 1)
                .contains("a", "##a", "##aa", "the");
    }

    @Test
    void streamsGiveTheIdsOfTheWholeText() throws IOException {
        Random random = new Random(6);
        String[] parts = {
            "their", " a", "\n", "  \n\t ", "[MASK]", "<|endoftext|>", "é中", ", ", "x".repeat(500), " ", "'s", "\u3000"
        };
        StringBuilder written = new StringBuilder();
        while (written.length() < 400_000) {
            written.append(parts[random.nextInt(parts.length)]);
        }
        written.append("a".repeat(200_000)); // longer than any buffer
        String text = written.toString();
        Tokenizer prefixed = BYTES.toBuilder()
                .preTokenizer(new io.transformer4j.tokenizers.pretokenizers.ByteLevel(true, true, true))
                .addToken(new AddedToken(999, "[MASK]", false, true, true, false, true))
                .build();
        for (Tokenizer tokenizer : List.of(BERT, BYTES, prefixed)) {
            IntStream.Builder ids = IntStream.builder();
            long count = tokenizer.encodeToIds(new Dripping(text), ids);
            assertThat(ids.build().toArray())
                    .isEqualTo(tokenizer.encodeToIds(text, false))
                    .hasSize((int) count);
        }
    }

    @Test
    void batchesAreWhatSinglesAre() {
        List<String> texts =
                IntStream.range(0, 500).mapToObj(i -> "the a".repeat(i % 7) + i).toList();
        EncodeOptions options =
                EncodeOptions.defaults().withPadding(Padding.longest(0, "[PAD]").withMultipleOf(8));

        List<Encoding> batch = BERT.encodeBatch(texts, options);

        int longest = texts.stream()
                .mapToInt(text -> BERT.encode(text).length())
                .max()
                .orElseThrow();
        for (int i = 0; i < texts.size(); i++) {
            assertThat(batch.get(i).length()).isEqualTo((longest + 7) / 8 * 8);
            int[] single = BERT.encode(texts.get(i)).ids();
            assertThat(batch.get(i).ids()).startsWith(single);
            assertThat(IntStream.of(batch.get(i).attentionMask()).sum()).isEqualTo(single.length);
        }
    }

    /** Gives a few characters at a time, as a network does. */
    private static final class Dripping extends Reader {

        private final StringReader text;

        Dripping(String text) {
            this.text = new StringReader(text);
        }

        @Override
        public int read(char[] buffer, int offset, int length) throws IOException {
            return text.read(buffer, offset, Math.min(length, 777));
        }

        @Override
        public void close() {
            text.close();
        }
    }
}
