package io.transformer4j.tokenizers.trainers;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * The pieces that a unigram training begins with: substrings of words that occur at least twice and aren't always followed by the same
 * character, the inner nodes of the suffix tree (Kasai et al. 2001), by frequency times length.
 *
 * <p>A word counts as often as it occurs. Hugging Face counts each word once, and never starts from a word that begins no other.
 */
final class UnigramSeeds {

    /** A substring: {@code length} code points from {@code start}; frequency times length. */
    record Seed(int start, int length, double score) {}

    private static final Comparator<Seed> BEST_FIRST =
            Comparator.comparingDouble(Seed::score).reversed();

    private final UnigramWords words;
    private final int maxLength;
    private final long minFrequency;
    private final int limit;
    private final int[] wordOf;
    private List<Seed> seeds = new ArrayList<>(); // in the order of their characters

    // The nodes from the root to the present suffix.
    private int[] depths = new int[16];
    private long[] weights = new long[16];
    private boolean[] branching = new boolean[16];
    private int top = -1;

    private UnigramSeeds(UnigramWords words, int maxLength, long minFrequency, int limit) {
        this.words = words;
        this.maxLength = maxLength;
        this.minFrequency = minFrequency;
        this.limit = limit;
        this.wordOf = new int[words.text().length];
        for (int word = 0; word < words.size(); word++) {
            Arrays.fill(wordOf, words.starts()[word], words.starts()[word + 1], word);
        }
    }

    /** The {@code limit} best of at least two characters, the best first. */
    static List<Seed> find(UnigramWords words, int maxLength, long minFrequency, int limit, int threads) {
        // One deeper than the longest piece, to see whether that one branches.
        int[] suffixes = SuffixSorter.sort(words.text(), maxLength + 1, threads);
        UnigramSeeds found = new UnigramSeeds(words, maxLength, minFrequency, limit);
        found.walk(suffixes);
        found.keepBest();
        return found.seeds;
    }

    private void walk(int[] suffixes) {
        for (int i = 0; i < suffixes.length; i++) {
            int common = i == 0 ? 0 : commonPrefix(suffixes[i - 1], suffixes[i]);
            if (i > 0) {
                close(common, suffixes[i - 1]);
            }
            long count = words.counts()[wordOf[suffixes[i]]];
            int length = Math.min(maxLength + 1, words.end(wordOf[suffixes[i]]) - suffixes[i]);
            open(length, count, count > 1); // each occurrence ends in another place of the text
        }
        if (suffixes.length > 0) {
            close(0, suffixes[suffixes.length - 1]);
        }
    }

    private int commonPrefix(int a, int b) {
        int length = 0;
        int[] text = words.text();
        while (length <= maxLength && text[a + length] == text[b + length] && text[a + length] != UnigramWords.END) {
            length++;
        }
        return length;
    }

    /** Goes down to the node at {@code depth}, which {@code weight} occurrences more belong to. */
    private void open(int depth, long weight, boolean branches) {
        if (top >= 0 && depths[top] == depth) {
            weights[top] += weight;
            branching[top] = true;
            return;
        }
        if (++top == depths.length) {
            depths = Arrays.copyOf(depths, 2 * top);
            weights = Arrays.copyOf(weights, 2 * top);
            branching = Arrays.copyOf(branching, 2 * top);
        }
        depths[top] = depth;
        weights[top] = weight;
        branching[top] = branches;
    }

    /** Goes up to {@code depth}, where another branch begins; {@code suffix} spells the nodes that are left. */
    private void close(int depth, int suffix) {
        while (top >= 0 && depths[top] > depth) {
            int left = top--;
            if (branching[left] && depths[left] <= maxLength && depths[left] > 1 && weights[left] >= minFrequency) {
                seeds.add(new Seed(suffix, depths[left], (double) weights[left] * depths[left]));
            }
            long weight = weights[left];
            if (top >= 0 && depths[top] >= depth) {
                weights[top] += weight;
                branching[top] = true;
            } else if (depth > 0) {
                open(depth, weight, true);
            }
        }
        if (seeds.size() > 2L * limit) {
            keepBest();
        }
    }

    private void keepBest() {
        List<Seed> best = new ArrayList<>(seeds);
        best.sort(BEST_FIRST); // stable: the order of the characters decides among equals
        seeds = best.size() > limit ? new ArrayList<>(best.subList(0, limit)) : best;
    }
}
