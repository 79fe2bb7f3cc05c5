package io.transformer4j.data;

import static java.util.Objects.checkIndex;

/**
 * A pseudo-random permutation of {@code [0, size)} that is computed, not stored: a Feistel network over the next power of two,
 * applied again until the result is inside (cycle walking; Black and Rogaway 2002). Immutable and thread-safe.
 */
final class FeistelPermutation {
    private static final int ROUNDS = 4; // each changes both halves

    private final long size;
    private final int rightBits;
    private final long rightMask;
    private final long leftMask;
    private final long[] keys = new long[2 * ROUNDS];

    FeistelPermutation(long size, SplitMix64 random) {
        this.size = size;
        int bits = Math.max(Long.SIZE - Long.numberOfLeadingZeros(size - 1), 2);
        rightBits = bits / 2;
        rightMask = (1L << rightBits) - 1;
        leftMask = (1L << (bits - rightBits)) - 1;
        for (int i = 0; i < keys.length; i++) {
            keys[i] = random.nextLong();
        }
    }

    /** Where {@code index} goes. */
    long apply(long index) {
        checkIndex(index, size);
        long result = index;
        do {
            result = network(result);
        } while (result >= size); // twice on average at most: the domain is less than 2 · size
        return result;
    }

    private long network(long value) {
        long left = value >>> rightBits;
        long right = value & rightMask;
        for (int i = 0; i < keys.length; i += 2) { // each line can be undone, hence a bijection
            left ^= SplitMix64.mix(right ^ keys[i]) & leftMask;
            right ^= SplitMix64.mix(left ^ keys[i + 1]) & rightMask;
        }
        return (left << rightBits) | right;
    }
}
