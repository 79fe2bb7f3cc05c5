package io.transformer4j.tokenizers.trainers;

import io.transformer4j.tokenizers.text.WordSink;
import java.util.Arrays;
import java.util.Map;

/** How often each word occurs: open addressing over one array of characters, no object per word. Not thread-safe. */
final class WordCounts implements WordSink {

    private static final int FIELDS = 3;

    /** Per slot: hash, start in {@link #keys}, length of the word (0 = free). */
    private int[] slots = new int[FIELDS << 12];

    private long[] counts = new long[1 << 12];
    private char[] keys = new char[1 << 14];
    private int keysUsed;
    private int words;

    @Override
    public void accept(char[] chars, int offset, int length) {
        int hash = 0;
        for (int i = offset; i < offset + length; i++) {
            hash = 31 * hash + chars[i];
        }
        hash *= 0x9E3779B9;
        hash ^= hash >>> 15;
        int slot = find(hash, chars, offset, length);
        if (slots[FIELDS * slot + 2] == 0) {
            insert(slot, hash, chars, offset, length);
        } else {
            counts[slot]++;
        }
    }

    private int find(int hash, char[] chars, int offset, int length) {
        int mask = counts.length - 1;
        int slot = hash & mask;
        while (true) {
            int at = FIELDS * slot;
            if (slots[at + 2] == 0) {
                return slot;
            }
            int key = slots[at + 1];
            if (slots[at] == hash
                    && slots[at + 2] == length
                    && Arrays.equals(keys, key, key + length, chars, offset, offset + length)) {
                return slot;
            }
            slot = (slot + 1) & mask;
        }
    }

    private void insert(int slot, int hash, char[] chars, int offset, int length) {
        if (keysUsed + length > keys.length) {
            int capacity = (int) Math.min(Integer.MAX_VALUE - 8, Math.max(2L * keys.length, keysUsed + (long) length));
            keys = Arrays.copyOf(keys, capacity);
        }
        System.arraycopy(chars, offset, keys, keysUsed, length);
        slots[FIELDS * slot] = hash;
        slots[FIELDS * slot + 1] = keysUsed;
        slots[FIELDS * slot + 2] = length;
        counts[slot] = 1;
        keysUsed += length;
        if (2 * ++words > counts.length) {
            grow();
        }
    }

    private void grow() {
        int[] oldSlots = slots;
        long[] oldCounts = counts;
        counts = new long[2 * oldCounts.length];
        slots = new int[FIELDS * counts.length];
        int mask = counts.length - 1;
        for (int old = 0; old < oldCounts.length; old++) {
            if (oldSlots[FIELDS * old + 2] != 0) {
                int slot = oldSlots[FIELDS * old] & mask;
                while (slots[FIELDS * slot + 2] != 0) {
                    slot = (slot + 1) & mask;
                }
                System.arraycopy(oldSlots, FIELDS * old, slots, FIELDS * slot, FIELDS);
                counts[slot] = oldCounts[old];
            }
        }
    }

    /** Adds all counts to {@code totals}. */
    void addTo(Map<String, Long> totals) {
        for (int slot = 0; slot < counts.length; slot++) {
            int length = slots[FIELDS * slot + 2];
            if (length > 0) {
                totals.merge(new String(keys, slots[FIELDS * slot + 1], length), counts[slot], Long::sum);
            }
        }
    }
}
