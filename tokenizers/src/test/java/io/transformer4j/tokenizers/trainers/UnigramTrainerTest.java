package io.transformer4j.tokenizers.trainers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.transformer4j.progress.ProgressListener;
import io.transformer4j.tokenizers.Tokenizer;
import io.transformer4j.tokenizers.models.Unigram;
import io.transformer4j.tokenizers.text.CodePointTrie;
import io.transformer4j.tokenizers.text.TokenizerException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnigramTrainerTest {

    private static final List<String> LINES =
            Stream.generate(new RandomText(43)).limit(1_500).toList();

    @Test
    void threadsAndOrderDontMatter() {
        List<String> shuffled = new ArrayList<>(LINES);
        Collections.shuffle(shuffled, new Random(1));

        List<Unigram.Piece> one =
                pieces(train(UnigramTrainer.builder().vocabSize(200).threads(1), LINES));
        List<Unigram.Piece> four =
                pieces(train(UnigramTrainer.builder().vocabSize(200).threads(4), shuffled));

        assertThat(four).isEqualTo(one).hasSize(200);
    }

    @Test
    void isT5sTokenizer(@TempDir Path folder) {
        Tokenizer trained = train(UnigramTrainer.builder().vocabSize(120), LINES);
        String text = "bako\n\tbako, ﬁx";

        assertThat(trained.decode(trained.encode("bako\n\tbako, ko").ids(), true))
                .isEqualTo("bako bako, ko");
        assertThat(trained.encode(text).tokens()).startsWith("▁bako", "▁bako,").endsWith("x", "</s>");
        assertThat(trained.encode(text).ids()).containsOnlyOnce(2); // there is no f in the text
        assertThat(pieces(trained).subList(0, 3))
                .extracting(Unigram.Piece::piece)
                .containsExactly("<pad>", "</s>", "<unk>");
        assertThat(pieces(trained).subList(3, 120)).isSortedAccordingTo((a, b) -> Double.compare(b.score(), a.score()));

        trained.save(folder);
        assertThat(Tokenizer.load(folder).encode(text).ids())
                .isEqualTo(trained.encode(text).ids());
    }

    @Test
    void wordsThatRepeatBecomePieces() {
        Tokenizer tokenizer = train(
                UnigramTrainer.builder().vocabSize(30).lowercase(true),
                Collections.nCopies(50, "The cat sat on the mat, the rat too"));

        assertThat(tokenizer.encode("the CAT").tokens()).containsExactly("▁the", "▁cat", "</s>");
    }

    @Test
    void rareCharactersAndShortPieces() {
        Tokenizer tokenizer = train(
                UnigramTrainer.builder()
                        .vocabSize(20)
                        .limitAlphabet(4)
                        .maxPieceLength(2)
                        .specialTokens(List.of("[U]"))
                        .unkToken("[U]"),
                Collections.nCopies(9, "abab abba aazab"));

        assertThat(pieces(tokenizer))
                .extracting(Unigram.Piece::piece)
                .contains("[U]", "▁", "a", "b", "z", "ab")
                .doesNotContain("▁aba");
        assertThat(tokenizer.encode("aqa").tokens()).contains("q").doesNotContain("</s>");
        assertThat(tokenizer.encode("aqa").ids()).contains(0);
        assertThatThrownBy(() -> train(UnigramTrainer.builder().vocabSize(6), LINES))
                .isInstanceOf(TokenizerException.class)
                .hasMessageContaining("set limit_alphabet to at most 3");
        assertThatThrownBy(() -> UnigramTrainer.builder().unkToken("?").build())
                .hasMessage("special_tokens [<pad>, </s>, <unk>] must hold unk_token '?'");
        assertThatThrownBy(() -> UnigramTrainer.builder().shrinkingFactor(1).build())
                .hasMessage("shrinking_factor must be between 0 and 1, is 1.0");
    }

    /** A suffix array by comparison would take hours. */
    @Test
    void oneLongWordThatRepeatsItself() {
        Tokenizer tokenizer = train(
                UnigramTrainer.builder().vocabSize(40).maxWordLength(Integer.MAX_VALUE), List.of("ab".repeat(500_000)));

        assertThat(tokenizer.encodeToIds("ab".repeat(800), false)).hasSizeLessThan(130);
    }

    @Test
    void seedsAreTheSubstringsThatBranch() {
        Random random = new Random(3);
        for (int round = 0; round < 50; round++) {
            Map<String, Long> counts = new TreeMap<>();
            for (int i = 0; i < 20; i++) {
                counts.merge(randomWord(random), 1L + random.nextInt(3), Long::sum);
            }
            UnigramWords words = UnigramWords.of(counts, List.of((int) 'a', (int) 'b', (int) 'c'), 100);

            Map<String, Double> seeds = UnigramSeeds.find(words, 4, 2, 1_000, 2).stream()
                    .collect(Collectors.toMap(
                            seed -> new String(words.text(), seed.start(), seed.length()), UnigramSeeds.Seed::score));

            assertThat(seeds).isEqualTo(branchingSubstrings(counts, 4));
        }
    }

    private static Map<String, Double> branchingSubstrings(Map<String, Long> counts, int maxLength) {
        Map<String, Double> scores = new HashMap<>();
        Map<String, Set<String>> followers = new HashMap<>();
        counts.forEach((word, count) -> {
            for (int from = 0; from < word.length(); from++) {
                for (int to = from + 2; to <= Math.min(word.length(), from + maxLength); to++) {
                    String part = word.substring(from, to);
                    scores.merge(part, (double) count * part.length(), Double::sum);
                    Set<String> next = followers.computeIfAbsent(part, ignored -> new HashSet<>());
                    for (int i = 0; i < count; i++) { // each end is another one
                        next.add(to < word.length() ? word.substring(to, to + 1) : word + from + "end" + i);
                    }
                }
            }
        });
        scores.keySet().removeIf(part -> followers.get(part).size() < 2);
        return scores;
    }

    private static String randomWord(Random random) {
        return random.ints(1 + random.nextInt(9), 'a', 'd')
                .mapToObj(Character::toString)
                .collect(Collectors.joining());
    }

    @Test
    void expectationsAreThoseOfAllSegmentations() {
        List<String> pieces = List.of("a", "b", "ab", "aba", "bb");
        double[] probabilities = {0.3, 0.2, 0.25, 0.15, 0.1};
        UnigramLattice lattice = lattice(pieces, probabilities);
        String word = "abababbaab";
        double[] weighted = new double[pieces.size()];
        double total = segment(word, pieces, probabilities, 1, new int[pieces.size()], weighted);

        long[] expected = new long[pieces.size()];
        lattice.addExpected(word.codePoints().toArray(), 0, word.length(), 7, expected);

        for (int id = 0; id < expected.length; id++) {
            assertThat(expected[id] * UnigramLattice.EXPECTATION_UNIT)
                    .isCloseTo(7 * weighted[id] / total, within(1e-4));
        }
    }

    /** The total probability of what is left of a word; adds to {@code weighted} each piece's number times the probability. */
    private static double segment(
            String rest, List<String> pieces, double[] probabilities, double soFar, int[] used, double[] weighted) {
        if (rest.isEmpty()) {
            Arrays.setAll(weighted, id -> weighted[id] + soFar * used[id]);
            return soFar;
        }
        double total = 0;
        for (int id = 0; id < used.length; id++) {
            if (rest.startsWith(pieces.get(id))) {
                used[id]++;
                total += segment(
                        rest.substring(pieces.get(id).length()),
                        pieces,
                        probabilities,
                        soFar * probabilities[id],
                        used,
                        weighted);
                used[id]--;
            }
        }
        return total;
    }

    /** Far below the least double; each character belongs to just one piece of a segmentation all the same. */
    @Test
    void expectationsOfLongUnlikelyWords() {
        List<String> pieces = List.of("a", "b", "ab", "aba");
        UnigramLattice lattice = lattice(pieces, new double[] {1e-9, 1e-12, 3e-20, 1e-30});
        int[] word = "abaab".repeat(2_000).codePoints().toArray();

        long[] expected = new long[pieces.size()];
        lattice.addExpected(word, 0, word.length, 1, expected);

        double characters = 0;
        for (int id = 0; id < expected.length; id++) {
            assertThat(expected[id]).isPositive();
            characters += expected[id]
                    * UnigramLattice.EXPECTATION_UNIT
                    * pieces.get(id).length();
        }
        assertThat(characters).isCloseTo(word.length, within(0.05));
    }

    private static UnigramLattice lattice(List<String> pieces, double[] probabilities) {
        CodePointTrie trie = new CodePointTrie();
        for (int id = 0; id < pieces.size(); id++) {
            trie.put(pieces.get(id), id);
        }
        return new UnigramLattice(
                trie, Arrays.stream(probabilities).map(Math::log).toArray(), probabilities, 3);
    }

    @Test
    void digammaAtKnownPoints() {
        assertThat(UnigramLearner.digamma(1)).isCloseTo(-0.577215664901533, within(1e-9));
        assertThat(UnigramLearner.digamma(0.5)).isCloseTo(-1.963510026021423, within(1e-9));
        assertThat(UnigramLearner.digamma(100)).isCloseTo(4.600161852738087, within(1e-12));
    }

    private static Tokenizer train(UnigramTrainer.Builder trainer, List<String> lines) {
        return trainer.build().train(lines.stream(), ProgressListener.NONE);
    }

    private static List<Unigram.Piece> pieces(Tokenizer tokenizer) {
        return ((Unigram) tokenizer.model()).pieces();
    }
}
