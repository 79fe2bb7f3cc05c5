package io.transformer4j.data;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class DatasetTest {
    private static final SpecialTokens SPECIAL = LetterEncoder.SPECIAL;
    private static final int EOS = SPECIAL.eos();

    @TempDir
    Path folder;

    @Test
    void packsByTheRuleChosen() {
        TokenCache cache = Caches.of(folder, List.of(List.of("ab", "cd", "efg"), List.of("hi"), List.of("abcdefghij")));
        assertThat(sequences(cache, 8, SequencePacking.SENTENCES))
                .containsExactly("ab", "cd", "efg", "hi", "abcdef", "ghij");
        assertThat(sequences(cache, 8, SequencePacking.DOC_SENTENCES))
                .containsExactly("ab cd", "efg", "hi", "abcdef", "ghij");
        assertThat(sequences(cache, 8, SequencePacking.FULL_SENTENCES))
                .containsExactly("ab cd", "efg<3> hi", "abcdef", "ghij");
        assertThat(sequences(cache, 14, SequencePacking.FULL_SENTENCES))
                .containsExactly("ab cd efg<3> hi", "abcdefghij");
    }

    /** The pieces of a sentence that was cut begin inside a word; decode shows them without a blank in front. */
    private static List<String> sequences(TokenCache cache, int maxLength, SequencePacking packing) {
        return examples(new MlmDataset(cache, SPECIAL, maxLength, packing), 0)
                .map(example -> {
                    int[] ids = example.inputIds();
                    assertThat(ids[0]).isEqualTo(SPECIAL.cls());
                    assertThat(ids[ids.length - 1]).isEqualTo(SPECIAL.sep());
                    return Caches.ENCODER.decode(Arrays.copyOfRange(ids, 1, ids.length - 1));
                })
                .toList();
    }

    @ParameterizedTest
    @EnumSource(SequencePacking.class)
    void packingHoldsEachTokenOnceInOrder(SequencePacking packing) {
        TokenCache cache = Caches.of(folder, Caches.numbered(150, 9));
        for (int maxLength : new int[] {3, 4, 7, 20, 128}) {
            MlmDataset dataset = new MlmDataset(cache, SPECIAL, maxLength, packing);
            int[] packed = examples(dataset, 0)
                    .peek(example -> assertThat(example.length()).isBetween(3, maxLength))
                    .flatMapToInt(example -> Arrays.stream(example.inputIds()))
                    .filter(id -> !SPECIAL.contains(id))
                    .toArray();
            assertThat(packed)
                    .isEqualTo(Caches.tokens(cache).stream()
                            .flatMapToInt(Arrays::stream)
                            .toArray());
        }
    }

    @Test
    void causalBlocksLabelEachTokenOnce() {
        TokenCache cache = Caches.of(folder, Caches.numbered(40, 6));
        int[] expected = Caches.tokens(cache).stream()
                .flatMapToInt(ids -> IntStream.concat(Arrays.stream(ids), IntStream.of(EOS)))
                .toArray();
        for (int block : new int[] {1, 2, 13, 64, expected.length - 1, expected.length + 5}) {
            CausalLmDataset dataset = new CausalLmDataset(TokenStream.of(cache, EOS), block);
            List<Example> examples = examples(dataset, 3).toList();
            assertThat(examples.stream().flatMapToInt(example -> Arrays.stream(example.inputIds())))
                    .containsExactly(IntStream.of(Arrays.copyOf(expected, expected.length - 1))
                            .boxed()
                            .toArray(Integer[]::new));
            assertThat(examples.stream().flatMapToInt(example -> Arrays.stream(labels(example))))
                    .containsExactly(Arrays.stream(expected).skip(1).boxed().toArray(Integer[]::new));
            assertThat(examples.stream().limit(examples.size() - 1)).allMatch(example -> example.length() == block);
        }
    }

    @Test
    void aStreamCanBeSlicedAnywhere() {
        TokenCache cache = Caches.of(folder, Caches.numbered(20, 4));
        for (int end : new int[] {EOS, SpecialTokens.ABSENT}) {
            TokenStream whole = TokenStream.of(cache, end);
            int[] all = whole.read(0, (int) whole.length());
            assertThat(Arrays.stream(all).filter(id -> id == EOS).count()).isEqualTo(end == EOS ? 20 : 0);
            for (int start = 0; start < all.length; start += 7) {
                TokenStream slice = whole.slice(start, all.length);
                assertThat(slice.read(0, (int) slice.length())).isEqualTo(Arrays.copyOfRange(all, start, all.length));
            }
            TokenStream inner = whole.slice(10, 50).slice(5, 20);
            assertThat(inner.read(3, 4)).isEqualTo(Arrays.copyOfRange(all, 18, 22));
            assertThatThrownBy(() -> inner.read(12, 4)).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void randomWindowsAreEverywhereAndDifferByEpoch() {
        TokenCache cache = Caches.of(folder, Caches.numbered(40, 6));
        TokenStream stream = TokenStream.of(cache, EOS);
        int[] all = stream.read(0, (int) stream.length());
        RandomWindowDataset dataset = new RandomWindowDataset(stream, 16, 5);
        Set<String> starts = new HashSet<>();
        Set<Integer> labelled = new HashSet<>();
        for (int epoch = 0; epoch < 60; epoch++) {
            for (Example example : examples(dataset, epoch).toList()) {
                assertThat(Arrays.copyOf(labels(example), 15)).isEqualTo(Arrays.copyOfRange(example.inputIds(), 1, 16));
                starts.add(epoch + Arrays.toString(example.inputIds()));
                IntStream.range(0, all.length - 16)
                        .filter(i -> Arrays.equals(all, i, i + 16, example.inputIds(), 0, 16))
                        .forEach(labelled::add);
            }
        }
        assertThat(starts).hasSizeGreaterThan((int) (dataset.size() * 40));
        assertThat(labelled).contains(0, all.length - 17); // both ends are reached
    }

    @ParameterizedTest
    @ValueSource(ints = {12, 40, 128})
    void sentencePairsAreWhatTheirLabelSays(int maxLength) {
        List<List<String>> documents = Caches.numbered(200, 12);
        TokenCache cache = Caches.of(folder, documents);
        List<String> texts = documents.stream()
                .map(document -> letters(String.join(" ", document)))
                .toList();
        SentencePairDataset dataset = new SentencePairDataset(cache, SPECIAL, maxLength, 11);
        for (Example example : (Iterable<Example>) examples(dataset, 2)::iterator) {
            assertThat(example.length()).isBetween(5, maxLength);
            String[] parts = parts(example);
            boolean consecutive = texts.stream().anyMatch(text -> text.contains(parts[0] + parts[1]));
            boolean truncated = example.length() == maxLength;
            boolean sameDocument = texts.stream().anyMatch(text -> {
                int first = text.indexOf(parts[0]);
                return first >= 0 && text.indexOf(parts[1], first + parts[0].length()) >= 0;
            });
            if (Integer.valueOf(0).equals(example.nextSentenceLabel())) {
                assertThat(consecutive || (truncated && sameDocument))
                        .as("%s | %s", (Object[]) parts)
                        .isTrue();
            } else if (parts[0].length() > 9 && parts[1].length() > 9) { // long enough to be unmistakable
                assertThat(sameDocument).as("%s | %s", (Object[]) parts).isFalse();
            }
        }
    }

    @Test
    void halfOfThePairsAreTrueAndOneInTenIsShort() {
        List<List<String>> documents = new ArrayList<>();
        for (int d = 0; d < 60; d++) {
            documents.add(IntStream.range(0, 200).mapToObj(s -> "abcde fghij").toList());
        }
        SentencePairDataset dataset = new SentencePairDataset(Caches.of(folder, documents), SPECIAL, 123, 1);
        List<Example> examples = IntStream.range(0, 10)
                .boxed()
                .flatMap(epoch -> examples(dataset, epoch))
                .toList();
        double foreign = examples.stream()
                .mapToInt(example -> example.nextSentenceLabel() == 0 ? 0 : 1)
                .average()
                .orElseThrow();
        double shorter = examples(dataset, 0)
                        .filter(example -> example.length() < 100)
                        .mapToInt(example -> 1)
                        .sum()
                / (double) dataset.size();
        assertThat(examples).hasSizeGreaterThan(8_000);
        assertThat(foreign).isBetween(0.48, 0.54); // 0.5, and all of the one-sentence chunks
        assertThat(shorter).isBetween(0.06, 0.16);
    }

    @Test
    void pairsDifferByEpochAndAreRepeatable() {
        TokenCache cache = Caches.of(folder, Caches.numbered(50, 12));
        SentencePairDataset dataset = new SentencePairDataset(cache, SPECIAL, 64, 11);
        SentencePairDataset again = new SentencePairDataset(cache, SPECIAL, 64, 11);
        assertThat(texts(dataset, 1)).isEqualTo(texts(again, 1)).isNotEqualTo(texts(dataset, 2));
        assertThat(texts(new SentencePairDataset(cache, SPECIAL, 64, 12), 1)).isNotEqualTo(texts(dataset, 1));
    }

    @Test
    void whatCannotWorkIsRefused() {
        TokenCache cache = Caches.of(folder, List.of(List.of("a")));
        assertThatThrownBy(() -> new SentencePairDataset(cache, SPECIAL, 64, 0))
                .hasMessage("next-sentence prediction needs at least 2 documents, but " + cache.file() + " holds one");
        assertThatThrownBy(() -> new MlmDataset(cache, SpecialTokens.NONE, 64, SequencePacking.SENTENCES))
                .hasMessage("the vocabulary has no [CLS] token, which masked-language modelling needs");
        TokenStream stream = TokenStream.of(cache, SpecialTokens.ABSENT);
        assertThatThrownBy(() -> new CausalLmDataset(stream, 8))
                .hasMessage("next-token prediction needs at least 2 tokens, but there are 1");
        assertThatThrownBy(() -> new RandomWindowDataset(stream, 1, 0))
                .hasMessage("blockLength must be at least 1 and less than the number of tokens, 1, not 1");
        assertThatThrownBy(() -> new MlmDataset(cache, SPECIAL, 8, SequencePacking.SENTENCES).get(0, 1))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    private static Stream<Example> examples(Dataset dataset, int epoch) {
        return LongStream.range(0, dataset.size()).mapToObj(index -> {
            Example example = dataset.get(epoch, index);
            assertThat(example.index()).isEqualTo(index);
            return example;
        });
    }

    private static String texts(Dataset dataset, int epoch) {
        return examples(dataset, epoch)
                .map(example -> Caches.ENCODER.decode(example.inputIds()))
                .collect(joining("\n"));
    }

    private static int[] labels(Example example) {
        return requireNonNull(example.labels());
    }

    /** The letters of A and B. */
    private static String[] parts(Example example) {
        int[] ids = example.inputIds();
        int second = (int)
                Arrays.stream(example.tokenTypeIds()).filter(type -> type == 0).count();
        assertThat(ids[second - 1]).isEqualTo(SPECIAL.sep());
        assertThat(ids[ids.length - 1]).isEqualTo(SPECIAL.sep());
        return new String[] {
            letters(Caches.ENCODER.decode(Arrays.copyOfRange(ids, 1, second - 1))),
            letters(Caches.ENCODER.decode(Arrays.copyOfRange(ids, second, ids.length - 1)))
        };
    }

    private static String letters(String text) {
        return text.replace(" ", "");
    }
}
