package io.transformer4j.tokenizers.models;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SymbolMergerTest {

    /** The definition, word for word: look for the best pair, merge its leftmost occurrence, begin again. */
    @Property(tries = 500, seed = "31")
    void mergesAsTheDefinitionSays(
            @ForAll @LongRange(min = 0, max = Long.MAX_VALUE) long seed,
            @ForAll @IntRange(min = 1, max = 300) int length) {
        Random random = new Random(seed);
        int[] merges = randomMerges(random, 4, 30);
        int[] word = random.ints(length, 0, 4).toArray();

        SymbolMerger symbols = merged(word, new MergeTable(merges));

        assertThat(ids(symbols)).isEqualTo(naive(word, merges));
        assertThat(lengths(symbols)).isEqualTo(length);
        assertThat(symbols.queued()).isLessThan(3L * length);
    }

    /** Work grows with the length, not with its square: here on the word that all merges fit. */
    @ParameterizedTest
    @ValueSource(ints = {10_000, 1_000_000})
    void aLongWordIsLinearWork(int length) {
        int[] doubling = {0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5, 6};

        SymbolMerger symbols = merged(new int[length], new MergeTable(doubling));

        assertThat(symbols.size()).isLessThanOrEqualTo(length / 64 + 6);
        assertThat(lengths(symbols)).isEqualTo(length);
        assertThat(symbols.queued()).isBetween((long) length, 3L * length);
    }

    /** Merges of which each needs what only a later one makes, or that make each other. */
    @Test
    void cyclicMergesEnd() {
        int[] cyclic = {1, 1, 0, 0, 0, 1, 0, 1, 1, 1, 0, 0};

        SymbolMerger symbols = merged(new int[100_001], new MergeTable(cyclic));

        assertThat(symbols.size()).isEqualTo(1);
        assertThat(symbols.queued()).isLessThan(300_003);
    }

    private static SymbolMerger merged(int[] word, MergeTable merges) {
        SymbolMerger symbols = new SymbolMerger();
        for (int id : word) {
            symbols.add(id, 1);
        }
        symbols.merge(merges);
        return symbols;
    }

    private static int[] randomMerges(Random random, int alphabet, int count) {
        int[] merges = new int[3 * count];
        for (int rank = 0; rank < count; rank++) {
            merges[3 * rank] = random.nextInt(alphabet + rank);
            merges[3 * rank + 1] = random.nextInt(alphabet + rank);
            merges[3 * rank + 2] = random.nextInt(10) == 0 ? random.nextInt(alphabet + rank) : alphabet + rank;
        }
        return merges;
    }

    private static List<Integer> naive(int[] word, int[] merges) {
        Map<List<Integer>, Integer> ranks = new HashMap<>();
        for (int rank = 0; rank < merges.length / 3; rank++) {
            ranks.put(List.of(merges[3 * rank], merges[3 * rank + 1]), rank);
        }
        List<Integer> symbols = new ArrayList<>();
        for (int id : word) {
            symbols.add(id);
        }
        while (true) {
            int best = -1;
            int bestRank = Integer.MAX_VALUE;
            for (int i = 0; i + 1 < symbols.size(); i++) {
                int rank = ranks.getOrDefault(symbols.subList(i, i + 2), Integer.MAX_VALUE);
                if (rank < bestRank) {
                    best = i;
                    bestRank = rank;
                }
            }
            if (best < 0) {
                return symbols;
            }
            symbols.remove(best + 1);
            symbols.set(best, merges[3 * bestRank + 2]);
        }
    }

    private static List<Integer> ids(SymbolMerger symbols) {
        List<Integer> ids = new ArrayList<>();
        for (int i = 0; i < symbols.size(); i++) {
            ids.add(symbols.id(i));
        }
        return ids;
    }

    private static int lengths(SymbolMerger symbols) {
        int sum = 0;
        for (int i = 0; i < symbols.size(); i++) {
            sum += symbols.length(i);
        }
        return sum;
    }
}
