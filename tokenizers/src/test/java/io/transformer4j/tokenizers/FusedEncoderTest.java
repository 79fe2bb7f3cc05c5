package io.transformer4j.tokenizers;

import static org.assertj.core.api.Assertions.assertThat;

import io.transformer4j.progress.ProgressListener;
import io.transformer4j.tokenizers.models.Bpe;
import io.transformer4j.tokenizers.models.Vocabulary;
import io.transformer4j.tokenizers.models.WordPiece;
import io.transformer4j.tokenizers.normalizers.BertNormalizer;
import io.transformer4j.tokenizers.pretokenizers.BertPreTokenizer;
import io.transformer4j.tokenizers.trainers.BpeTrainer;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** The fused encoders against the pipeline, stage by stage, on any string at all. */
class FusedEncoderTest {

    private static final Vocabulary VOCABULARY = Vocabulary.of(List.of(
            "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "b", "ab", "##a", "##b", "##ab", "abab", "##bb", "é",
            "e", "##e", "##́", "i", "##i", "ß", "中", "ᄀ", "##ᅡ", "##ᆨ", "ab##", "#", "##ba", "baaab", ".", ",", "'",
            "𝔸", "##𝔸", "a𝔸b", "̈", "〮", "##〮"));

    private static final Tokenizer UNCASED = Tokenizers.bertUncased(VOCABULARY);
    private static final Tokenizer CASED = Tokenizers.bertCased(VOCABULARY);
    private static final Tokenizer SHORT = UNCASED.toBuilder()
            .normalizer(new BertNormalizer(false, false, true, true))
            .preTokenizer(new BertPreTokenizer())
            .model(new WordPiece(VOCABULARY, "[UNK]", "##", 3))
            .build();
    private static final Tokenizer BYTES = BpeTrainer.builder()
            .vocabSize(400)
            .minFrequency(1)
            .build()
            .train(Stream.of("the there then that's they'll 12 123 été 中文中文 ab abab  \n\n\t"), ProgressListener.NONE);
    private static final Tokenizer PREFIXED = BYTES.toBuilder()
            .preTokenizer(new io.transformer4j.tokenizers.pretokenizers.ByteLevel(true, true, true))
            .build();
    private static final Tokenizer WHOLE_WORDS = BYTES.toBuilder()
            .model(new Bpe(
                    BYTES.model().vocabulary(),
                    ((Bpe) BYTES.model()).merges(),
                    new Bpe.Options(null, null, null, false, false, true)))
            .build();

    @Provide
    Arbitrary<String> texts() {
        Arbitrary<Integer> anything = Arbitraries.oneOf(
                Arbitraries.integers().between(0, 0x10FFFF),
                Arbitraries.integers().between(0xD7F0, 0xE010),
                Arbitraries.integers().between(0x300, 0x370),
                Arbitraries.of(
                        0x1100, 0x1161, 0x11A8, 0xAC01, 0x302E, 0x302F, 0x1D165, 0x340, 0x344, 0x130, 0xFB01, 0x2F800),
                Arbitraries.integers().between(0x1F300, 0x1F650),
                Arbitraries.integers().between(0, 0x180));
        Arbitrary<Integer> likely = Arbitraries.of("abAB #.,'éÉ中\tİi각𝔸\u0301\u302E12\n\u00A0\u0000"
                .codePoints()
                .boxed()
                .toList());
        Arbitrary<String> codePoints = Arbitraries.frequencyOf(
                        net.jqwik.api.Tuple.of(2, likely), net.jqwik.api.Tuple.of(1, anything))
                .list()
                .ofMaxSize(40)
                .map(FusedEncoderTest::join);
        Arbitrary<String> written = Arbitraries.of(
                        "ab", "abab", "'ll", "'s", " the", "they", "  ", "\n\n", "[MASK]", "[SEP", "<|endoftext|>")
                .list()
                .ofMaxSize(12)
                .map(words -> String.join("", words));
        return Arbitraries.oneOf(codePoints, written);
    }

    /** {@code char} by {@code char}, so that surrogates can be alone. */
    private static String join(List<Integer> codePoints) {
        StringBuilder text = new StringBuilder();
        codePoints.forEach(text::appendCodePoint);
        return text.toString();
    }

    @Property(tries = 3000, seed = "4711")
    void bert(@ForAll("texts") String text) {
        for (Tokenizer tokenizer : List.of(UNCASED, CASED, SHORT)) {
            assertSame(tokenizer, ReferencePipeline.of(tokenizer), text);
        }
    }

    @Property(tries = 3000, seed = "4712")
    void byteLevel(@ForAll("texts") String text) {
        for (Tokenizer tokenizer : List.of(BYTES, PREFIXED, WHOLE_WORDS)) {
            assertSame(tokenizer, ReferencePipeline.of(tokenizer), text);
        }
    }

    @Property(tries = 3000, seed = "4713")
    void bytesDecodeToTheText(@ForAll("texts") String text) {
        String wellFormed = new String(
                text.codePoints()
                        .map(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? 0xFFFD : c)
                        .toArray(),
                0,
                text.codePointCount(0, text.length()));

        int[] ids = BYTES.encodeToIds(text, false);

        assertThat(BYTES.decode(ids, false)).isEqualTo(wellFormed);
        DecodeStream stream = BYTES.decodeStream(false);
        StringBuilder streamed = new StringBuilder();
        for (int id : ids) {
            streamed.append(stream.add(id));
        }
        assertThat(streamed.append(stream.flush())).hasToString(wellFormed);
    }

    @Property(tries = 2000, seed = "4714")
    void spansSliceTheText(@ForAll("texts") String text) {
        Encoding encoding = BYTES.encode(text);
        int[] ends = encoding.ends();
        for (int i = 0; i < ends.length; i++) {
            assertThat(encoding.starts()[i]).isBetween(0, ends[i]);
            assertThat(ends[i]).isLessThanOrEqualTo(text.length());
            if (i > 0) {
                assertThat(encoding.starts()[i]).isBetween(encoding.starts()[i - 1], ends[i - 1]);
            }
        }
        assertThat(ends.length == 0 ? 0 : ends[ends.length - 1]).isEqualTo(text.length());
    }

    private static void assertSame(Tokenizer fused, Tokenizer pipeline, String text) {
        Encoding actual = fused.encode(text);
        Encoding expected = pipeline.encode(text);
        assertThat(actual.tokens()).as("tokens of '%s'", text).isEqualTo(expected.tokens());
        assertThat(actual.ids()).as("ids of '%s'", text).isEqualTo(expected.ids());
        assertThat(actual.starts()).as("starts of '%s'", text).isEqualTo(expected.starts());
        assertThat(actual.ends()).as("ends of '%s'", text).isEqualTo(expected.ends());
        assertThat(actual.wordIds()).as("words of '%s'", text).isEqualTo(expected.wordIds());
    }
}
