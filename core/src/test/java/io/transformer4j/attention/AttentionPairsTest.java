package io.transformer4j.attention;

import static org.assertj.core.api.Assertions.assertThat;

import io.transformer4j.nn.Dropout;
import io.transformer4j.nn.Initializer;
import io.transformer4j.nn.Parameter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What kernels say they compute, against counting. */
class AttentionPairsTest {
    private static final Dropout NONE = new Dropout(0);

    @ParameterizedTest
    @CsvSource({"1, 0, 1", "10, 0, 1", "10, 3, 1", "3, 8, 1", "11, 2, 3", "2, 1, 3"})
    void windowsCountTheirNeighbours(int length, int oneSide, int dilation) {
        SlidingWindowAttention window = new SlidingWindowAttention(1, NONE, oneSide, dilation);
        long all = 0;
        long causal = 0;
        for (int query = 0; query < length; query++) {
            for (int key = 0; key < length; key++) {
                int distance = Math.abs(query - key);
                boolean seen = distance % dilation == 0 && distance <= oneSide * dilation;
                all += seen ? 1 : 0;
                causal += seen && key <= query ? 1 : 0;
            }
        }

        assertThat(window.pairs(1, length, length, false)).isEqualTo((double) all);
        assertThat(window.pairs(1, length, length, true)).isEqualTo((double) causal);
    }

    @Test
    void blocksCountThoseOfThePattern() {
        BigBirdAttention bigBird = new BigBirdAttention(1, NONE, 4, BlockPattern.sparse(1, 1, 1, 7));

        // 8 blocks: the first and last see 8; blocks 1 and 6 see 4 and a random one; the others 5 and a random one.
        assertThat(bigBird.pairs(2, 32, 32, false)).isEqualTo((2 * 8 + 2 * 5 + 4 * 6) * 16);
        assertThat(bigBird.pairs(2, 30, 30, false)).isEqualTo(bigBird.pairs(2, 32, 32, false)); // padded inside
    }

    @Test
    void lowRankAndFeaturesGrowWithTheLength() {
        LinformerAttention linformer =
                new LinformerAttention(1, NONE, new Parameter(Initializer.constant(0), 8, 64), null);
        PerformerAttention performer = new PerformerAttention(1, NONE, 16, 7, false);

        assertThat(linformer.pairs(1, 64, 64, false)).isEqualTo(8 * 128);
        assertThat(performer.pairs(1, 64, 64, false)).isEqualTo(16 * 128);
        assertThat(performer.pairs(1, 64, 64, true)).isEqualTo(16 * 128 + 64 * 64);
    }

    @Test
    void exactKernelsCountAllPairs() {
        assertThat(new ExactAttention(1, NONE).pairs(3, 5, 7, true)).isEqualTo(35);
        assertThat(new FlashAttention(1, NONE).pairs(3, 5, 7, true)).isEqualTo(35);
    }
}
