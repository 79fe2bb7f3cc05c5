package io.transformer4j.tokenizers.models;

import io.transformer4j.tokenizers.text.TokenizerException;
import java.util.Arrays;

/** Pairs of token ids to the rank of their merge and the id it makes: open addressing on flat arrays. Immutable, thread-safe. */
final class MergeTable {

    /** Rank of a pair that doesn't merge. */
    static final int NONE = Integer.MAX_VALUE;

    private static final long EMPTY = -1;

    private final long[] keys;
    private final long[] values; // rank in the upper, new id in the lower half
    private final int shift;

    /** @param ids left, right and merged id of each merge, best first; the last of equal pairs counts, as in the peer */
    MergeTable(int[] ids) {
        int merges = ids.length / 3;
        int bits = Math.max(4, 33 - Integer.numberOfLeadingZeros(merges));
        if (bits > 30) {
            throw new TokenizerException("too many merges: " + merges);
        }
        this.keys = new long[1 << bits];
        this.values = new long[1 << bits];
        this.shift = 64 - bits;
        Arrays.fill(keys, EMPTY);
        for (int rank = 0; rank < merges; rank++) {
            long key = key(ids[3 * rank], ids[3 * rank + 1]);
            int slot = slot(key);
            keys[slot] = key;
            values[slot] = ((long) rank << 32) | ids[3 * rank + 2];
        }
    }

    private static long key(int left, int right) {
        return ((long) left << 32) | right;
    }

    private int slot(long key) {
        int slot = (int) ((key * 0x9E3779B97F4A7C15L) >>> shift);
        while (keys[slot] != EMPTY && keys[slot] != key) {
            slot = (slot + 1) & (keys.length - 1);
        }
        return slot;
    }

    private int find(int left, int right) {
        int slot = slot(key(left, right));
        return keys[slot] == EMPTY ? -1 : slot;
    }

    /** The rank of the pair's merge, or {@link #NONE}. */
    int rank(int left, int right) {
        int slot = find(left, right);
        return slot < 0 ? NONE : (int) (values[slot] >>> 32);
    }

    /** The id that the pair merges to; the pair must have a rank. */
    int merged(int left, int right) {
        return (int) values[find(left, right)];
    }
}
