package io.transformer4j.tokenizers.trainers;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Sorts the suffixes of words by their first characters: a suffix array as deep as the longest piece, by three-way radix quicksort (Bentley
 * and Sedgewick 1997). Its time is linear in the text times the depth whatever the text, which full suffix sorting by comparison isn't.
 */
final class SuffixSorter {

    private static final int FEW = 16;

    private final int[] text;
    private final int depth;
    private final int[] suffixes;

    private SuffixSorter(int[] text, int depth, int[] suffixes) {
        this.text = text;
        this.depth = depth;
        this.suffixes = suffixes;
    }

    /**
     * The positions of {@code text} other than those of {@link UnigramWords#END}, sorted by the {@code depth} code points from there on,
     * but no further than to the word's end.
     */
    static int[] sort(int[] text, int depth, int threads) {
        int[] suffixes = new int[text.length];
        int count = 0;
        for (int i = 0; i < text.length; i++) {
            if (text[i] != UnigramWords.END) {
                suffixes[count++] = i;
            }
        }
        int[] positions = Arrays.copyOf(suffixes, count);
        SuffixSorter sorter = new SuffixSorter(text, depth, positions);
        List<int[]> parts = new ArrayList<>();
        sorter.partition(0, count, Math.max(1 << 12, count / (16 * threads)), parts);
        Workers.Blocks blocks = new Workers.Blocks(parts.size(), 1);
        Workers.run(threads, () -> {
            for (int part = blocks.next(); part >= 0; part = blocks.next()) {
                int[] range = parts.get(part);
                sorter.sort(range[0], range[1], range[2]);
            }
            return null;
        });
        return positions;
    }

    /** Cuts {@code [from, to)} into ranges of at most {@code size}, each {@code {from, to, depth}}; what is one by one is done. */
    private void partition(int from, int to, int size, List<int[]> parts) {
        List<int[]> open = new ArrayList<>(List.of(new int[] {from, to, 0}));
        while (!open.isEmpty()) {
            int[] range = open.remove(open.size() - 1);
            if (range[1] - range[0] <= size) {
                parts.add(range);
            } else if (range[2] < depth) {
                cut(range[0], range[1], range[2], open);
            }
        }
    }

    private void sort(int from, int to, int sortedDepth) {
        List<int[]> open = new ArrayList<>(List.of(new int[] {from, to, sortedDepth}));
        while (!open.isEmpty()) {
            int[] range = open.remove(open.size() - 1);
            if (range[1] - range[0] <= FEW) {
                insertionSort(range[0], range[1], range[2]);
            } else if (range[2] < depth) {
                cut(range[0], range[1], range[2], open);
            }
        }
    }

    /** Parts a range by one character: less, equal (which is sorted one character deeper), greater. */
    private void cut(int from, int to, int at, List<int[]> open) {
        int pivot = median(at, from, from + (to - from) / 2, to - 1);
        int less = from;
        int greater = to;
        for (int i = from; i < greater; ) {
            int c = text[suffixes[i] + at];
            if (c < pivot) {
                swap(less++, i++);
            } else if (c > pivot) {
                swap(i, --greater);
            } else {
                i++;
            }
        }
        if (less > from) {
            open.add(new int[] {from, less, at});
        }
        if (pivot != UnigramWords.END) {
            open.add(new int[] {less, greater, at + 1});
        }
        if (to > greater) {
            open.add(new int[] {greater, to, at});
        }
    }

    private int median(int at, int i, int j, int k) {
        int a = text[suffixes[i] + at];
        int b = text[suffixes[j] + at];
        int c = text[suffixes[k] + at];
        return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
    }

    private void swap(int i, int j) {
        int suffix = suffixes[i];
        suffixes[i] = suffixes[j];
        suffixes[j] = suffix;
    }

    private void insertionSort(int from, int to, int sortedDepth) {
        for (int i = from + 1; i < to; i++) {
            for (int j = i; j > from && compare(suffixes[j], suffixes[j - 1], sortedDepth) < 0; j--) {
                swap(j, j - 1);
            }
        }
    }

    private int compare(int a, int b, int sortedDepth) {
        for (int i = sortedDepth; i < depth; i++) {
            int difference = text[a + i] - text[b + i];
            if (difference != 0 || text[a + i] == UnigramWords.END) {
                return difference;
            }
        }
        return 0;
    }
}
