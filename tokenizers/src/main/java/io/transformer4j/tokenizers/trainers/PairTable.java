package io.transformer4j.tokenizers.trainers;

import java.util.Arrays;

/** All pairs of neighbouring symbols ever seen, numbered, with their counts and the words that hold them. */
final class PairTable {

    private static final int MERGED = 1;
    private static final int TOUCHED = 2;

    private int[] slots = new int[1 << 12]; // number of the pair + 1, 0 = free
    private long[] keys = new long[1 << 10];
    private long[] counts = new long[1 << 10];
    private int[][] words = new int[1 << 10][];
    private int[] wordCounts = new int[1 << 10];
    private byte[] flags = new byte[1 << 10];
    private int size;
    private int taken;

    int size() {
        return size;
    }

    /** The number of the pair, given to it now if it is new. */
    int find(int left, int right) {
        long key = ((long) left << 32) | right;
        int mask = slots.length - 1;
        int slot = hash(key) & mask;
        while (slots[slot] != 0) {
            if (keys[slots[slot] - 1] == key) {
                return slots[slot] - 1;
            }
            slot = (slot + 1) & mask;
        }
        slots[slot] = size + 1;
        if (size == keys.length) {
            grow();
        }
        keys[size++] = key;
        if (2 * size > slots.length) {
            rehash();
        }
        return size - 1;
    }

    private static int hash(long key) {
        long mixed = key * 0x9E3779B97F4A7C15L;
        return (int) (mixed >>> 32);
    }

    private void grow() {
        int capacity = 2 * size;
        keys = Arrays.copyOf(keys, capacity);
        counts = Arrays.copyOf(counts, capacity);
        words = Arrays.copyOf(words, capacity);
        wordCounts = Arrays.copyOf(wordCounts, capacity);
        flags = Arrays.copyOf(flags, capacity);
    }

    private void rehash() {
        slots = new int[2 * slots.length];
        int mask = slots.length - 1;
        for (int pair = 0; pair < size; pair++) {
            int slot = hash(keys[pair]) & mask;
            while (slots[slot] != 0) {
                slot = (slot + 1) & mask;
            }
            slots[slot] = pair + 1;
        }
    }

    int left(int pair) {
        return (int) (keys[pair] >>> 32);
    }

    int right(int pair) {
        return (int) keys[pair];
    }

    long key(int pair) {
        return keys[pair];
    }

    long count(int pair) {
        return counts[pair];
    }

    void addCount(int pair, long change) {
        counts[pair] += change;
    }

    void setCount(int pair, long count) {
        counts[pair] = count;
    }

    /** Notes that a word holds the pair; the same word twice in a row is kept once. */
    void addWord(int pair, int word) {
        int[] list = words[pair];
        int used = wordCounts[pair];
        if (list == null) {
            list = new int[2];
            words[pair] = list;
        } else if (used > 0 && list[used - 1] == word) {
            return;
        } else if (used == list.length) {
            list = Arrays.copyOf(list, 2 * used);
            words[pair] = list;
        }
        list[used] = word;
        wordCounts[pair] = used + 1;
    }

    /** Takes the words away from the pair; the first {@link #takenWords()} elements count. */
    int[] takeWords(int pair) {
        int[] list = words[pair];
        taken = wordCounts[pair];
        words[pair] = null;
        wordCounts[pair] = 0;
        return list == null ? new int[0] : list;
    }

    int takenWords() {
        return taken;
    }

    /** Notes that the pair has become a merge; false if it was one before. */
    boolean markMerged(int pair) {
        return mark(pair, MERGED);
    }

    /** Notes that the current merge made the pair commoner; false if that is noted already. */
    boolean markTouched(int pair) {
        return mark(pair, TOUCHED);
    }

    void clearTouched(int pair) {
        flags[pair] &= (byte) ~TOUCHED;
    }

    private boolean mark(int pair, int flag) {
        boolean fresh = (flags[pair] & flag) == 0;
        flags[pair] |= (byte) flag;
        return fresh;
    }
}
