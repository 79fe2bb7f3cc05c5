package io.transformer4j.tokenizers.models;

import java.util.Arrays;

/**
 * Merges the symbols of one word: always the pair of lowest rank, the leftmost of equals.
 *
 * <p>Short words scan for the best pair after each merge, which is quadratic but has no overhead; long ones keep the pairs in a
 * binary heap and the symbols in a linked list, {@code O(n log n)} whatever the input. Scratch memory, reused from word to word;
 * not thread-safe.
 */
final class SymbolMerger {

    private static final int SCAN_LIMIT = 48;
    private static final int KEPT_CAPACITY = 1 << 16;

    private int[] ids = new int[64];
    private int[] lengths = new int[64];
    private int[] ranks = new int[64];
    private int size;
    private long queued; // pairs that the last merge put into its queue

    void clear() {
        size = 0;
        if (ids.length > KEPT_CAPACITY) { // after a monster, don't keep its memory
            ids = new int[64];
            lengths = new int[64];
            ranks = new int[64];
        }
    }

    /** Appends a symbol that covers {@code length} units of the word. */
    void add(int id, int length) {
        if (size == ids.length) {
            int capacity = (int) Math.min(Integer.MAX_VALUE - 8, 2L * size);
            ids = Arrays.copyOf(ids, capacity);
            lengths = Arrays.copyOf(lengths, capacity);
        }
        ids[size] = id;
        lengths[size++] = length;
    }

    /** Lets the last symbol cover {@code length} more units, which make no symbol themselves. */
    void extendLast(int length) {
        lengths[size - 1] += length;
    }

    int size() {
        return size;
    }

    int id(int index) {
        return ids[index];
    }

    int length(int index) {
        return lengths[index];
    }

    /** How much work the last {@link #merge} of a long word was: pairs put into its queue, fewer than three for each symbol. */
    long queued() {
        return queued;
    }

    void merge(MergeTable merges) {
        queued = 0;
        if (size <= SCAN_LIMIT) {
            mergeByScanning(merges);
        } else {
            mergeByHeap(merges);
        }
    }

    private void mergeByScanning(MergeTable merges) {
        if (ranks.length < ids.length) {
            ranks = new int[ids.length];
        }
        for (int i = 0; i + 1 < size; i++) {
            ranks[i] = merges.rank(ids[i], ids[i + 1]);
        }
        while (size > 1) {
            int best = 0;
            for (int i = 1; i + 1 < size; i++) {
                if (ranks[i] < ranks[best]) {
                    best = i;
                }
            }
            if (ranks[best] == MergeTable.NONE) {
                return;
            }
            ids[best] = merges.merged(ids[best], ids[best + 1]);
            lengths[best] += lengths[best + 1];
            int tail = size - best - 2;
            System.arraycopy(ids, best + 2, ids, best + 1, tail);
            System.arraycopy(lengths, best + 2, lengths, best + 1, tail);
            System.arraycopy(ranks, best + 2, ranks, best + 1, tail);
            size--;
            if (best + 1 < size) {
                ranks[best] = merges.rank(ids[best], ids[best + 1]);
            }
            if (best > 0) {
                ranks[best - 1] = merges.rank(ids[best - 1], ids[best]);
            }
        }
    }

    private void mergeByHeap(MergeTable merges) {
        int[] previous = new int[size];
        int[] next = new int[size];
        LongHeap heap = new LongHeap(size);
        for (int i = 0; i < size; i++) {
            previous[i] = i - 1;
            next[i] = i + 1;
            if (i + 1 < size) {
                offer(heap, merges, i, i + 1);
            }
        }
        while (!heap.isEmpty()) {
            long entry = heap.poll();
            int left = (int) entry;
            int right = next[left];
            // Stale: the symbol was swallowed (length 0), or the pair isn't the one that was entered.
            if (lengths[left] == 0 || right >= size || merges.rank(ids[left], ids[right]) != (int) (entry >>> 32)) {
                continue;
            }
            ids[left] = merges.merged(ids[left], ids[right]);
            lengths[left] += lengths[right];
            lengths[right] = 0;
            next[left] = next[right];
            if (next[left] < size) {
                previous[next[left]] = left;
                offer(heap, merges, left, next[left]);
            }
            if (previous[left] >= 0) {
                offer(heap, merges, previous[left], left);
            }
        }
        int kept = 0;
        for (int i = 0; i < size; i = next[i]) {
            ids[kept] = ids[i];
            lengths[kept++] = lengths[i];
        }
        size = kept;
    }

    private void offer(LongHeap heap, MergeTable merges, int left, int right) {
        int rank = merges.rank(ids[left], ids[right]);
        if (rank != MergeTable.NONE) {
            heap.add(((long) rank << 32) | left);
            queued++;
        }
    }

    /** A binary min-heap of longs. */
    private static final class LongHeap {

        private long[] heap;
        private int size;

        LongHeap(int capacity) {
            heap = new long[Math.max(16, capacity)];
        }

        boolean isEmpty() {
            return size == 0;
        }

        void add(long value) {
            if (size == heap.length) {
                heap = Arrays.copyOf(heap, (int) Math.min(Integer.MAX_VALUE - 8, 2L * size));
            }
            int at = size++;
            while (at > 0) {
                int parent = (at - 1) >>> 1;
                if (heap[parent] <= value) {
                    break;
                }
                heap[at] = heap[parent];
                at = parent;
            }
            heap[at] = value;
        }

        long poll() {
            long top = heap[0];
            long last = heap[--size];
            int at = 0;
            while (true) {
                int child = 2 * at + 1;
                if (child >= size) {
                    break;
                }
                if (child + 1 < size && heap[child + 1] < heap[child]) {
                    child++;
                }
                if (heap[child] >= last) {
                    break;
                }
                heap[at] = heap[child];
                at = child;
            }
            heap[at] = last;
            return top;
        }
    }
}
