package io.transformer4j.tokenizers.models;

import static io.transformer4j.tokenizers.models.WordPieceTrie.CONTINUATION;
import static io.transformer4j.tokenizers.models.WordPieceTrie.NONE;
import static io.transformer4j.tokenizers.models.WordPieceTrie.ROOT;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class WordPieceTrieTest {

    private static final int MAX_CHARS = 100;

    /** Longest match first, by trying all lengths, on vocabularies and words of two letters, where failures are many. */
    @Property(tries = 2000, seed = "32")
    void matchesTheLongestPieceFirst(
            @ForAll @LongRange(min = 0, max = Long.MAX_VALUE) long seed,
            @ForAll @IntRange(min = 1, max = 40) int length) {
        Random random = new Random(seed);
        Set<String> pieces = new LinkedHashSet<>();
        for (int i = 0; i < 15; i++) {
            pieces.add((random.nextInt(3) > 0 ? "##" : "") + letters(random, 1 + random.nextInt(6)));
        }
        Vocabulary vocabulary = Vocabulary.of(List.copyOf(pieces));
        WordPieceTrie trie = WordPieceTrie.build(vocabulary, "##", MAX_CHARS);
        String word = letters(random, length);

        int[] found = new int[2 * length];
        int count = trie.match(word.toCharArray(), length, found);

        assertThat(count < 0 ? null : ids(found, count))
                .as("%s in %s", word, pieces)
                .isEqualTo(naive(word, vocabulary));
        assertThat(steps(trie, word)).isLessThanOrEqualTo(2 * length);
    }

    /** The worst of words: each of its characters makes the longest piece fail. */
    @Test
    void aLongWordIsLinearWork() {
        String longest = "a".repeat(50);
        Vocabulary vocabulary = Vocabulary.of(List.of("a", "##a", longest + "b", "##" + longest + "b"));
        WordPieceTrie trie = WordPieceTrie.build(vocabulary, "##", MAX_CHARS);

        for (int length : new int[] {10_000, 10_000_000}) {
            assertThat(steps(trie, "a".repeat(length))).isLessThanOrEqualTo(2 * length);
        }
    }

    private static String letters(Random random, int length) {
        return IntStream.range(0, length)
                .mapToObj(i -> random.nextBoolean() ? "a" : "b")
                .collect(Collectors.joining());
    }

    /** What {@link WordPieceTrie#match} does, counted: characters read and failure links followed. */
    private static int steps(WordPieceTrie trie, String word) {
        int steps = 0;
        int node = ROOT;
        for (int at = 0; at < word.length() || node != CONTINUATION; steps++) {
            int target = at < word.length() ? trie.next(node, word.charAt(at)) : NONE;
            if (target != NONE) {
                node = target;
                at++;
            } else {
                node = trie.fail(node);
                if (node == NONE) {
                    return steps;
                }
            }
        }
        return steps;
    }

    private static List<Integer> ids(int[] found, int count) {
        return IntStream.range(0, count).mapToObj(i -> found[2 * i]).toList();
    }

    private static @Nullable List<Integer> naive(String word, Vocabulary vocabulary) {
        List<Integer> ids = new ArrayList<>();
        for (int from = 0; from < word.length(); ) {
            int to = word.length();
            while (to > from && !vocabulary.contains((from > 0 ? "##" : "") + word.substring(from, to))) {
                to--;
            }
            if (to == from) {
                return null;
            }
            ids.add(vocabulary.id((from > 0 ? "##" : "") + word.substring(from, to)));
            from = to;
        }
        return ids;
    }
}
