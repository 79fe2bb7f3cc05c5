package io.transformer4j.tokenizers.trainers;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The words of a training text, cut at characters outside the alphabet: such a character is no part of any piece.
 *
 * @param text code points of one word after the other, {@link #END} behind each
 * @param starts where each word starts, and the end of the text
 * @param counts how often each occurs
 */
record UnigramWords(int[] text, int[] starts, long[] counts) {

    /** Ends a word; less than all code points, so that a word sorts before those it begins. */
    static final int END = -1;

    static UnigramWords of(Map<String, Long> wordCounts, Iterable<Integer> alphabet, int maxWordLength) {
        Set<Integer> known = new HashSet<>();
        alphabet.forEach(known::add);
        Collector collector = new Collector();
        wordCounts.forEach((word, count) -> {
            if (word.codePointCount(0, word.length()) <= maxWordLength) {
                word.codePoints().forEach(c -> {
                    if (known.contains(c)) {
                        collector.add(c);
                    } else {
                        collector.end(count);
                    }
                });
                collector.end(count);
            }
        });
        return collector.words();
    }

    int size() {
        return counts.length;
    }

    /** End of a word, exclusive of {@link #END}. */
    int end(int word) {
        return starts[word + 1] - 1;
    }

    private static final class Collector {

        private int[] text = new int[1 << 12];
        private int[] starts = new int[1 << 8];
        private long[] counts = new long[1 << 8];
        private int used;
        private int words;

        void add(int codePoint) {
            if (used == text.length) {
                text = Arrays.copyOf(text, Math.addExact(used, used));
            }
            text[used++] = codePoint;
        }

        void end(long count) {
            if (used == starts[words]) {
                return;
            }
            add(END);
            if (words + 1 == counts.length) {
                starts = Arrays.copyOf(starts, 2 * starts.length);
                counts = Arrays.copyOf(counts, 2 * counts.length);
            }
            counts[words++] = count;
            starts[words] = used;
        }

        UnigramWords words() {
            return new UnigramWords(
                    Arrays.copyOf(text, used), Arrays.copyOf(starts, words + 1), Arrays.copyOf(counts, words));
        }
    }
}
