package io.transformer4j.attention;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.hipparchus.random.MersenneTwister;

/**
 * The blocks of HF's {@code BigBirdBlockSparseAttention}, to the last one: its random blocks come from NumPy's generator,
 * seeded with the layer's number before each draw. Without training all random blocks are block 0, which so counts once more
 * for each of them; blocks that come twice count twice.
 */
final class HuggingFaceBlocks implements BlockPattern {
    /** Lengths for which HF keeps the drawing of the paper's first code. */
    private static final Set<Integer> OLD_LENGTHS = Set.of(1024, 3072, 4096);

    private static final int OLD_LAST_TOKEN = 1024;

    private final int seed;
    private final int blockSize;
    private final int random;
    private final int maxLength;
    private final BooleanSupplier training;

    HuggingFaceBlocks(int layer, int blockSize, int random, int maxLength, BooleanSupplier training) {
        this.seed = layer;
        this.blockSize = blockSize;
        this.random = random;
        this.maxLength = maxLength;
        this.training = training;
    }

    @Override
    public int[][][] blocks(int heads, int blocks) {
        int[][][] drawn = training.getAsBoolean() ? draw(heads, blocks) : new int[heads][blocks - 2][random];
        int[][][] pattern = new int[blocks][heads][0]; // the first and the last block see everything
        for (int block = 1; block < blocks - 1; block++) {
            for (int head = 0; head < heads; head++) {
                pattern[block][head] = IntStream.concat(fixed(block, blocks), IntStream.of(drawn[head][block - 1]))
                        .toArray();
            }
        }
        return pattern;
    }

    private static IntStream fixed(int block, int blocks) {
        if (block == 1) {
            return IntStream.of(0, 1, 2, blocks - 1);
        }
        return block == blocks - 2
                ? IntStream.of(0, block - 1, block, blocks - 1)
                : IntStream.of(0, block - 1, block, block + 1, blocks - 1);
    }

    /** For each head, the random blocks of blocks 1 to {@code blocks - 2}. */
    int[][][] draw(int heads, int blocks) {
        Numpy numpy = new Numpy(seed);
        if (OLD_LENGTHS.contains(blocks * blockSize)) {
            int[][][] result = new int[heads][][];
            for (int head = 0; head < heads; head++) {
                result[head] = drawAsInThePaper(numpy, blocks);
            }
            return result;
        }
        return drawByPlan(numpy, heads, blocks);
    }

    /** HF's {@code _bigbird_block_rand_mask}; like there, all rows of the longest input are drawn, and the first kept. */
    private int[][] drawAsInThePaper(Numpy numpy, int blocks) {
        int all = maxLength / blockSize;
        int[] middle = IntStream.range(1, all - 1).toArray();
        int last = OLD_LAST_TOKEN > 2 * blockSize ? OLD_LAST_TOKEN / blockSize - 1 : all - 1;
        int[][] rows = new int[all - 2][];
        for (int i = 1; i < all - 1; i++) {
            int start = i - 2;
            IntStream candidates;
            if (i == 1) {
                candidates = slice(middle, 2, last);
            } else if (i == 2) {
                candidates = slice(middle, 3, last);
            } else if (i >= all - 3) {
                candidates = slice(middle, 0, last);
            } else if (start > last) {
                candidates = slice(middle, 0, last);
            } else if (i + 1 == last) {
                candidates = slice(middle, 0, start);
            } else {
                candidates = IntStream.concat(slice(middle, 0, start), slice(middle, i + 1, last));
            }
            int[] permuted = numpy.permutation(candidates.toArray());
            rows[i - 1] = IntStream.of(permuted).limit(random).toArray();
        }
        return Arrays.copyOf(rows, blocks - 2);
    }

    /** Python's {@code values[from:to]}. */
    private static IntStream slice(int[] values, int from, int to) {
        int end = Math.min(to, values.length);
        return IntStream.of(values).limit(Math.max(0, end)).skip(from);
    }

    /** HF's {@code _bigbird_block_rand_mask_with_head}, with its plan of at most two stretches. */
    private int[][][] drawByPlan(Numpy numpy, int heads, int blocks) {
        int[] ends;
        int[] counts;
        if (2 * random + 5 < blocks) {
            ends = new int[] {2 * random + 5, blocks};
            counts = new int[] {random, 0};
        } else if (random + 5 < blocks) {
            ends = new int[] {random + 5, blocks};
            counts = new int[] {random / 2, random - random / 2};
        } else {
            ends = new int[] {blocks};
            counts = new int[] {random};
        }
        int[][][] rows = new int[heads][blocks - 2][random];
        int before = 0; // random blocks from earlier stretches
        for (int stretch = 0; stretch < ends.length; stretch++) {
            int from = stretch == 0 ? 0 : ends[stretch - 1];
            if (stretch > 0 && counts[stretch] > 0) {
                draw(numpy, rows, 1, from, new Stretch(from, ends[stretch], counts[stretch]), before);
            }
            if (stretch > 0 && counts[0] > 0) {
                draw(numpy, rows, from, ends[stretch], new Stretch(0, ends[0], counts[0]), 0);
            }
            if (counts[stretch] > 0) {
                int first = stretch == 0 ? 1 : from;
                draw(numpy, rows, first, ends[stretch], new Stretch(from, ends[stretch], counts[stretch]), before);
            }
            before += counts[stretch];
        }
        return rows;
    }

    /** Blocks to choose some from. */
    private record Stretch(int from, int to, int count) {}

    private static void draw(Numpy numpy, int[][][] rows, int first, int end, Stretch stretch, int column) {
        for (int block = first; block < end; block++) {
            for (int[][] ofHead : rows) {
                List<Integer> chosen = choose(numpy, block, stretch);
                for (int i = 0; i < chosen.size() && block <= ofHead.length; i++) {
                    ofHead[block - 1][column + i] = chosen.get(i);
                }
            }
        }
    }

    /** HF's {@code _get_single_block_row_attention}. */
    private static List<Integer> choose(Numpy numpy, int block, Stretch stretch) {
        List<Integer> chosen = new ArrayList<>();
        for (int other :
                numpy.permutation(IntStream.range(stretch.from(), stretch.to()).toArray())) {
            boolean seenAnyway = Math.abs(other - block) <= 1
                    || other == 0
                    || other == stretch.to() - 1
                    || (block == 1 && other == stretch.to() - 2)
                    || (block == stretch.to() - 2 && other == 1);
            if (!seenAnyway && chosen.size() < stretch.count()) {
                chosen.add(other);
            }
        }
        return chosen;
    }

    /** As much of {@code numpy.random} as HF uses. */
    private static final class Numpy {
        private final MersenneTwister generator;

        Numpy(int seed) {
            generator = new MersenneTwister(seed);
        }

        /** {@code numpy.random.permutation}: Fisher and Yates from the end, in place. */
        int[] permutation(int[] values) {
            for (int i = values.length - 1; i > 0; i--) {
                int j = upTo(i);
                int held = values[i];
                values[i] = values[j];
                values[j] = held;
            }
            return values;
        }

        /** A number in {@code [0, max]}: bits under a mask, drawn until they fit. */
        private int upTo(int max) {
            int mask = Integer.highestOneBit(max) * 2 - 1;
            while (true) {
                int value = generator.nextInt() & mask;
                if (value <= max) {
                    return value;
                }
            }
        }
    }
}
