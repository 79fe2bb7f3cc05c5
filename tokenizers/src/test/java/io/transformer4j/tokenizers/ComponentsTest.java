package io.transformer4j.tokenizers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.transformer4j.tokenizers.decoders.Ctc;
import io.transformer4j.tokenizers.models.Bpe;
import io.transformer4j.tokenizers.models.Merge;
import io.transformer4j.tokenizers.models.Vocabulary;
import io.transformer4j.tokenizers.models.WordLevel;
import io.transformer4j.tokenizers.normalizers.BertNormalizer;
import io.transformer4j.tokenizers.normalizers.Lowercase;
import io.transformer4j.tokenizers.normalizers.Nfd;
import io.transformer4j.tokenizers.normalizers.Nfkc;
import io.transformer4j.tokenizers.normalizers.Normalizer;
import io.transformer4j.tokenizers.normalizers.Prepend;
import io.transformer4j.tokenizers.normalizers.Replace;
import io.transformer4j.tokenizers.normalizers.Strip;
import io.transformer4j.tokenizers.pretokenizers.Digits;
import io.transformer4j.tokenizers.pretokenizers.FixedLength;
import io.transformer4j.tokenizers.pretokenizers.PreTokenizer;
import io.transformer4j.tokenizers.pretokenizers.Split;
import io.transformer4j.tokenizers.pretokenizers.SplitDelimiterBehavior;
import io.transformer4j.tokenizers.pretokenizers.UnicodeScripts;
import io.transformer4j.tokenizers.pretokenizers.Whitespace;
import io.transformer4j.tokenizers.text.NormalizedString;
import io.transformer4j.tokenizers.text.PreTokenizedString;
import io.transformer4j.tokenizers.text.TextPattern;
import io.transformer4j.tokenizers.text.UnicodeNormalization;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class ComponentsTest {

    @Test
    void spansSurviveNormalization() {
        NormalizedString text = normalized(new BertNormalizer(true, true, null, true), "É\u0000 中ﬀ각𝔸İ");

        assertThat(text).hasToString("e  中 ﬀ\u1100\u1161\u11a8𝔸i");
        assertThat(spans(text)).isEqualTo("0-1 2-3 3-4 3-4 3-4 4-5 5-6 5-6 5-6 6-8 8-9");
    }

    @Test
    void replacementsShareTheLastSpan() {
        assertThat(spans(normalized(new Replace(TextPattern.literal("ab"), "xyz"), "cabd")))
                .isEqualTo("0-1 2-3 2-3 2-3 3-4");
        assertThat(spans(normalized(new Prepend("__"), "ab"))).isEqualTo("0-1 0-1 0-1 1-2");
        assertThat(spans(normalized(new Strip(true, true), " \u3000a "))).isEqualTo("2-3");
        assertThat(normalized(new Nfkc(), "ﬁ e\u0323\u0301①")).hasToString("fi ẹ\u03011");
        assertThat(normalized(new Lowercase(), "ΑΣ İ")).hasToString("ασ i\u0307");
        assertThat(normalized(new Nfd(), "각é")).hasToString("\u1100\u1161\u11a8e\u0301");
    }

    @Test
    void scriptsAndLengths() {
        assertThat(cut(new UnicodeScripts(), " どこで生れ? Yes яблоко, ok"))
                .containsExactly("どこで生れ", "? ", "Yes ", "яблоко", ", ", "ok");
        assertThat(cut(new UnicodeScripts(), "  ")).isEmpty();
        assertThat(cut(new FixedLength(2), "a𝔸bcd")).containsExactly("a𝔸", "bc", "d");
        assertThat(cut(new FixedLength(Integer.MAX_VALUE), "abc")).containsExactly("abc");
        assertThatThrownBy(() -> new FixedLength(0)).hasMessage("FixedLength: the length must be at least 1, not 0");
    }

    private static List<String> cut(PreTokenizer preTokenizer, String text) {
        PreTokenizedString pieces = new PreTokenizedString(NormalizedString.of(text));
        preTokenizer.preTokenize(pieces);
        return pieces.pieces().stream().map(NormalizedString::toString).toList();
    }

    @Test
    void ctcCollapsesRepetitions() {
        List<String> tokens = List.of("h", "h", "<pad>", "e", "l", "l", "<pad>", "l", "o", "|", "|", "w");
        assertThat(new Ctc("<pad>", "|", true).decode(tokens)).containsExactly("h", "e", "l", "l", "o", " ", "w");
        assertThat(new Ctc("<pad>", "|", false).decode(tokens)).containsExactly("h", "e", "l", "l", "o", "|", "w");
    }

    /** On characters that are older than both Unicode versions Java's own normalizer must agree. */
    @Property(tries = 2000, seed = "99")
    void normalFormsAreThoseOfTheJdk(
            @ForAll
                    @StringLength(max = 20)
                    @CharRange(from = 'a', to = 'c')
                    @CharRange(from = '\u00C0', to = '\u024F')
                    @CharRange(from = '\u0300', to = '\u036F')
                    @CharRange(from = '\u1100', to = '\u1112')
                    @CharRange(from = '\u1161', to = '\u1175')
                    @CharRange(from = '\uAC00', to = '\uAC20')
                    @CharRange(from = '\uFB00', to = '\uFB06')
                    String text) {
        for (UnicodeNormalization form : UnicodeNormalization.values()) {
            NormalizedString normalized = NormalizedString.of(text);
            form.apply(normalized);
            assertThat(normalized)
                    .hasToString(java.text.Normalizer.normalize(text, java.text.Normalizer.Form.valueOf(form.name())));
        }
    }

    private static final Pattern GPT2 = Pattern.compile(
            "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
            Pattern.UNICODE_CHARACTER_CLASS);

    @Property(tries = 5000, seed = "100")
    void gpt2SplitterIsThePattern(
            @ForAll
                    @StringLength(max = 25)
                    @CharRange(from = ' ', to = '!')
                    @CharRange(from = '\t', to = '\r')
                    @CharRange(from = '\'', to = '\'')
                    @CharRange(from = 'd', to = 'e')
                    @CharRange(from = 'l', to = 'm')
                    @CharRange(from = 'r', to = 't')
                    @CharRange(from = '0', to = '9')
                    @CharRange(from = '\u00A0', to = '\u00FF')
                    @CharRange(from = '\u2000', to = '\u2030')
                    String text) {
        StringBuilder expected = new StringBuilder();
        for (Matcher matcher = GPT2.matcher(text); matcher.find(); ) {
            expected.append(matcher.group()).append('|');
        }
        StringBuilder actual = new StringBuilder();
        char[] chars = text.toCharArray();
        for (int from = 0; from < chars.length; ) {
            int to = io.transformer4j.tokenizers.pretokenizers.Gpt2Splitter.next(chars, from, chars.length);
            actual.append(chars, from, to - from).append('|');
            from = to;
        }
        assertThat(actual).hasToString(expected.toString());
    }

    @Test
    void delimitersGoWhereTheBehaviorSays() {
        assertThat(split(SplitDelimiterBehavior.REMOVED)).containsExactly("a", "b");
        assertThat(split(SplitDelimiterBehavior.ISOLATED)).containsExactly("a", "-", "-", "b");
        assertThat(split(SplitDelimiterBehavior.MERGED_WITH_PREVIOUS)).containsExactly("a-", "-", "b");
        assertThat(split(SplitDelimiterBehavior.MERGED_WITH_NEXT)).containsExactly("a", "-", "-b");
        assertThat(split(SplitDelimiterBehavior.CONTIGUOUS)).containsExactly("a", "--", "b");
        assertThat(words(new Digits(false), "a12b3")).containsExactly("a", "12", "b", "3");
        assertThat(words(new Whitespace(), "don't stop!?")).containsExactly("don", "'", "t", "stop", "!?");
    }

    private static List<String> split(SplitDelimiterBehavior behavior) {
        return words(new Split(TextPattern.literal("-"), behavior, false), "a--b");
    }

    @Test
    void addedTokensTakeTheirBlanksAndKeepToWords() {
        Tokenizer tokenizer = Tokenizer.builder()
                .preTokenizer(new Whitespace())
                .model(new WordLevel(Vocabulary.of(List.of("?", "b")), "?"))
                .addToken(new AddedToken(7, "<m>", false, true, true, false, true))
                .addToken(new AddedToken(8, "cat", true, false, false, false, false))
                .build();

        Encoding encoding = tokenizer.encode("b  <m> b cat cats");

        assertThat(encoding.ids()).containsExactly(1, 7, 1, 8, 0);
        assertThat(encoding.tokens()).containsExactly("b", "  <m> ", "b", "cat", "?");
        assertThat(encoding.starts()).containsExactly(0, 1, 7, 9, 13);
        assertThat(encoding.wordIds()).containsExactly(0, 1, 2, 3, 4);
    }

    @Test
    void completeOverflowCoversTheText() {
        Tokenizer tokenizer = Tokenizers.characters(java.util.stream.Stream.of("abcdefghij"));
        EncodeOptions options = EncodeOptions.defaults()
                .withTruncation(Truncation.toLength(4).withStride(1))
                .withCompleteOverflow(true);

        Encoding encoding = tokenizer.encode("abcdefghij", options);

        assertThat(encoding.ids()).containsExactly(0, 1, 2, 3);
        assertThat(encoding.overflowing().stream().map(window -> tokenizer.decode(window.ids(), true)))
                .containsExactly("defg", "ghij");
        assertThatThrownBy(() -> tokenizer.encode(
                        "abcdefghij",
                        options.withTruncation(Truncation.toLength(4).withStride(4))))
                .hasMessageContaining("stride 4 must be smaller than the 4 tokens");
    }

    /** Two places where the peer is wrong: docs/results/tokenizers.md. */
    @Test
    void unknownCharactersKeepTheirPlace() {
        Vocabulary vocabulary = Vocabulary.of(List.of("a", "b", "ab", "<0xC3>", "<0xA9>", "c"));
        List<Merge> merges = List.of(new Merge("a", "b"));
        Bpe vanishing = new Bpe(vocabulary, merges, Bpe.Options.none());
        Bpe fallingBack = new Bpe(vocabulary, merges, new Bpe.Options("c", null, null, false, true, false));

        Encoding vanished = Tokenizer.builder().model(vanishing).build().encode("xaxb");
        Encoding replaced = Tokenizer.builder().model(fallingBack).build().encode("axéxxb");

        assertThat(vanished.tokens()).containsExactly("ab");
        assertThat(vanished.starts()).containsExactly(1);
        assertThat(vanished.ends()).containsExactly(4);
        assertThat(replaced.tokens()).containsExactly("a", "c", "<0xC3>", "<0xA9>", "c", "c", "b");
        assertThat(replaced.ends()).containsExactly(1, 2, 3, 3, 4, 5, 6);
    }

    private static NormalizedString normalized(Normalizer normalizer, String text) {
        NormalizedString normalized = NormalizedString.of(text);
        normalizer.normalize(normalized);
        return normalized;
    }

    private static String spans(NormalizedString text) {
        StringBuilder spans = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            spans.append(i == 0 ? "" : " ").append(text.startAt(i)).append('-').append(text.endAt(i));
        }
        return spans.toString();
    }

    private static List<String> words(PreTokenizer preTokenizer, String text) {
        PreTokenizedString words = new PreTokenizedString(NormalizedString.of(text));
        preTokenizer.preTokenize(words);
        return words.pieces().stream().map(NormalizedString::toString).toList();
    }
}
