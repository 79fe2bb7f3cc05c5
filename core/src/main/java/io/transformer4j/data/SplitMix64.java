package io.transformer4j.data;

/**
 * The pseudo-random generator SplitMix64 (Steele, Lea and Flood 2014, §4), seeded by a tuple: each example has a generator of
 * its own, and what it draws doesn't depend on the order in which examples are made. Written out here because the
 * algorithms of {@code java.util} may change with the JDK, and a run must not. Not thread-safe.
 */
final class SplitMix64 {
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private long state;

    /** A generator for the tuple; tuples that differ anywhere give unrelated streams. */
    SplitMix64(long... key) {
        state = hash(key);
    }

    static long hash(long... key) {
        long hash = GOLDEN_GAMMA;
        for (long part : key) {
            hash = mix((hash + GOLDEN_GAMMA) ^ mix(part + GOLDEN_GAMMA));
        }
        return hash;
    }

    /** A bijection of the 64-bit numbers that leaves no pattern (variant 13 of Stafford's mixers). */
    static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    /** {@code bits} as a number in [0, 1). */
    static double toUnit(long bits) {
        return (bits >>> 11) * 0x1.0p-53;
    }

    long nextLong() {
        state += GOLDEN_GAMMA;
        return mix(state);
    }

    /** Uniform in [0, 1). */
    double nextDouble() {
        return toUnit(nextLong());
    }

    /** Uniform in [0, bound), without bias by more than {@code bound / 2^64}. */
    long nextLong(long bound) {
        return Math.multiplyHigh(nextLong() >>> 1, bound << 1);
    }

    /** Uniform in [0, bound). */
    int nextInt(int bound) {
        return (int) nextLong(bound);
    }

    boolean nextBoolean() {
        return nextLong() < 0;
    }

    /** Puts a uniformly drawn choice of {@code count} of the elements first, in random order. */
    void shufflePrefix(int[] elements, int length, int count) {
        for (int i = 0; i < count; i++) {
            int j = i + nextInt(length - i);
            int swapped = elements[i];
            elements[i] = elements[j];
            elements[j] = swapped;
        }
    }
}
