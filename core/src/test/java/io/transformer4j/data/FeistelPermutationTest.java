package io.transformer4j.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class FeistelPermutationTest {
    @Property(tries = 300)
    void isABijection(@ForAll @IntRange(min = 1, max = 5_000) int size, @ForAll long seed) {
        FeistelPermutation permutation = new FeistelPermutation(size, new SplitMix64(seed));
        BitSet seen = new BitSet(size);
        for (int i = 0; i < size; i++) {
            seen.set((int) permutation.apply(i));
        }
        assertThat(seen.cardinality()).isEqualTo(size);
        assertThat(seen.length()).isEqualTo(size);
    }

    @Property(tries = 300)
    void staysInsideOfHugeRanges(@ForAll @LongRange(min = 1) long size, @ForAll long seed) {
        FeistelPermutation permutation = new FeistelPermutation(size, new SplitMix64(seed));
        assertThat(permutation.apply(size - 1)).isBetween(0L, size - 1);
        assertThat(permutation.apply(size / 2)).isBetween(0L, size - 1);
    }

    /** Each of the 100 × 100 pairs (from tenth, to tenth) of a good shuffle is about equally frequent. */
    @Test
    void scattersEvenly() {
        int size = 1_000;
        int[][] counts = new int[10][10];
        for (int seed = 0; seed < 200; seed++) {
            FeistelPermutation permutation = new FeistelPermutation(size, new SplitMix64(seed));
            for (int i = 0; i < size; i++) {
                counts[i / 100][(int) permutation.apply(i) / 100]++;
            }
        }
        double chiSquared = 0;
        for (int[] row : counts) {
            for (int count : row) {
                chiSquared += (count - 2_000.0) * (count - 2_000.0) / 2_000.0;
            }
        }
        assertThat(chiSquared).isBetween(35.0, 140.0); // 81 degrees of freedom
    }
}
