package io.transformer4j.tokenizers.trainers;

import java.util.Arrays;

/**
 * Pairs by count, the commonest on top, the smaller ids first among equals.
 *
 * <p>Counts change while pairs are in the heap. An entry keeps the count it was entered with; a stale one that surfaces is put back
 * with its true count. That is right since a pair that becomes commoner is entered anew, so that no entry is below the true count.
 */
final class PairHeap {

    private final PairTable pairs;
    private int[] entries = new int[1 << 10];
    private long[] counts = new long[1 << 10];
    private int size;

    PairHeap(PairTable pairs) {
        this.pairs = pairs;
    }

    void add(int pair) {
        if (pairs.count(pair) <= 0) {
            return;
        }
        if (size == entries.length) {
            entries = Arrays.copyOf(entries, 2 * size);
            counts = Arrays.copyOf(counts, 2 * size);
        }
        siftUp(size++, pair, pairs.count(pair));
    }

    /** Takes the commonest pair away, or gives -1 if no pair is left. */
    int poll() {
        while (size > 0) {
            int pair = entries[0];
            long count = counts[0];
            long now = pairs.count(pair);
            if (count != now && now > 0) {
                siftDown(0, pair, now);
                continue;
            }
            size--;
            siftDown(0, entries[size], counts[size]);
            if (count == now) {
                return pair;
            }
        }
        return -1;
    }

    private boolean before(int pair, long count, int other) {
        return count != counts[other]
                ? count > counts[other]
                : Long.compareUnsigned(pairs.key(pair), pairs.key(entries[other])) < 0;
    }

    private void siftUp(int from, int pair, long count) {
        int at = from;
        while (at > 0) {
            int parent = (at - 1) >>> 1;
            if (!before(pair, count, parent)) {
                break;
            }
            entries[at] = entries[parent];
            counts[at] = counts[parent];
            at = parent;
        }
        entries[at] = pair;
        counts[at] = count;
    }

    private void siftDown(int from, int pair, long count) {
        int at = from;
        while (true) {
            int child = 2 * at + 1;
            if (child >= size) {
                break;
            }
            if (child + 1 < size && before(entries[child + 1], counts[child + 1], child)) {
                child++;
            }
            if (before(pair, count, child)) {
                break;
            }
            entries[at] = entries[child];
            counts[at] = counts[child];
            at = child;
        }
        entries[at] = pair;
        counts[at] = count;
    }
}
