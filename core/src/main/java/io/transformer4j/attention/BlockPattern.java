package io.transformer4j.attention;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Which blocks of keys each block of queries sees, in {@link BigBirdAttention}. */
@FunctionalInterface
public interface BlockPattern {
    /**
     * The pattern of a sequence.
     *
     * @param heads number of heads
     * @param blocks number of blocks
     * @return for each block of queries and each head, the numbers of the blocks of keys, as many for each head; none means
     *     all; a block that is listed twice counts twice
     */
    int[][][] blocks(int heads, int blocks);

    /**
     * Global blocks, a window of three blocks and random ones (Zaheer et al. 2020, §2), each block once. Global blocks see
     * all others and are seen by them.
     *
     * <p>With {@code globalLast} 1 and {@code globalFirst} 1 this is the internal construction (ITC); for the extended one
     * (ETC), put the additional tokens at the front, in {@code globalFirst} blocks, and set {@code globalLast} to 0.
     *
     * @param random random blocks per block of queries, drawn for each head from {@code seed} among those not seen anyway
     */
    static BlockPattern sparse(int globalFirst, int globalLast, int random, long seed) {
        if (globalFirst < 0 || globalLast < 0 || random < 0) {
            throw new IllegalArgumentException("numbers of global blocks (" + globalFirst + " first, " + globalLast
                    + " last) and of random blocks (" + random + ") must not be negative");
        }
        return (heads, blocks) -> {
            SplittableRandom generator = new SplittableRandom(seed);
            int[][][] pattern = new int[blocks][heads][];
            for (int block = 0; block < blocks; block++) {
                for (int head = 0; head < heads; head++) {
                    boolean global = block < globalFirst || block >= blocks - globalLast;
                    pattern[block][head] =
                            global ? new int[0] : row(block, blocks, globalFirst, globalLast, random, generator);
                }
            }
            return pattern;
        };
    }

    private static int[] row(
            int block, int blocks, int globalFirst, int globalLast, int random, SplittableRandom generator) {
        List<Integer> seen = new ArrayList<>();
        List<Integer> others = new ArrayList<>();
        for (int other = 0; other < blocks; other++) {
            boolean global = other < globalFirst || other >= blocks - globalLast;
            (global || Math.abs(other - block) <= 1 ? seen : others).add(other);
        }
        for (int i = 0; i < random && !others.isEmpty(); i++) {
            seen.add(others.remove(generator.nextInt(others.size())));
        }
        return seen.stream().sorted().mapToInt(Integer::intValue).toArray();
    }

    /** The same for every head. */
    static int[][] forAllHeads(int heads, int[] blocks) {
        return IntStream.range(0, heads).mapToObj(head -> blocks).toArray(int[][]::new);
    }
}
