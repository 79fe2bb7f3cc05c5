package io.transformer4j.data;

import java.util.Arrays;

/** A growing array of ids. */
final class IdBuffer {
    private int[] ids;
    private int size;

    IdBuffer(int capacity) {
        ids = new int[capacity];
    }

    IdBuffer add(int id) {
        reserve(1);
        ids[size++] = id;
        return this;
    }

    IdBuffer add(int[] source, int from, int to) {
        reserve(to - from);
        System.arraycopy(source, from, ids, size, to - from);
        size += to - from;
        return this;
    }

    /** Appends tokens of a cache. */
    IdBuffer add(TokenCache cache, long position, int count) {
        reserve(count);
        cache.read(position, ids, size, count);
        size += count;
        return this;
    }

    int size() {
        return size;
    }

    int[] toArray() {
        return Arrays.copyOf(ids, size);
    }

    private void reserve(int count) {
        if (size + count > ids.length) {
            ids = Arrays.copyOf(ids, Math.max(size + count, 2 * ids.length));
        }
    }
}
