package io.transformer4j.models.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Frequencies and factors as transformers 5.18 computes them, for heads of 8 elements and 16 positions. */
class RopeParametersTest {
    private static final int HEAD_SIZE = 8;
    private static final int POSITIONS = 16;

    private static final Map<String, Object> LONG_ROPE = Map.of(
            "rope_type",
            "longrope",
            "original_max_position_embeddings",
            8,
            "short_factor",
            List.of(1.0, 1.1, 1.2, 1.5),
            "long_factor",
            List.of(1, 2, 3, 4.5));

    private static RopeParameters of(Map<String, Object> keys) {
        return RopeParameters.of(keys, Map.of(), HEAD_SIZE, POSITIONS);
    }

    private static Map<String, Object> with(Map<String, Object> keys, String key, Object value) {
        Map<String, Object> changed = new HashMap<>(keys);
        changed.put(key, value);
        return changed;
    }

    /** Radians per position in a batch whose longest input has {@code length} tokens. */
    private static double[] frequencies(RopeParameters rope, int length) {
        double[] frequencies = new double[HEAD_SIZE / 2];
        for (int i = 0; i < frequencies.length; i++) {
            double unscaled = Math.pow(rope.theta(), -2.0 * i / HEAD_SIZE);
            frequencies[i] =
                    rope.rescaling().apply(Math.max(length, rope.usualLength())).apply(i, unscaled);
        }
        return frequencies;
    }

    @ParameterizedTest
    @CsvSource({"3, 0.1, 0.01, 0.001", "16, 0.1, 0.01, 0.001", "40, 0.06299605, 0.003968503, 0.00025"})
    void dynamicStretchesInputsBehindTheModelsPositions(int length, double second, double third, double fourth) {
        RopeParameters rope = of(Map.of("rope_type", "dynamic", "factor", 2.0));
        assertThat(frequencies(rope, length)).containsExactly(new double[] {1, second, third, fourth}, within(1e-8));
        assertThat(rope.maxLength()).isEqualTo(32);
    }

    @ParameterizedTest
    @CsvSource({"8, 0.09090909, 0.008333333, 0.0006666667", "9, 0.05, 0.003333333, 0.0002222222"})
    void longRopeHasDivisorsForShortAndForLongInputs(int length, double second, double third, double fourth) {
        assertThat(frequencies(of(LONG_ROPE), length))
                .containsExactly(new double[] {1, second, third, fourth}, within(1e-8));
    }

    @Test
    void longRopeSharpensByHowMuchLongerInputsMayGet() {
        assertThat(of(LONG_ROPE).magnitude()).isCloseTo(1.1547005383792517, within(1e-12));
        assertThat(of(with(LONG_ROPE, "factor", 4.0)).magnitude()).isCloseTo(1.2909944487358056, within(1e-12));
        assertThat(of(with(LONG_ROPE, "attention_factor", 1.3)).magnitude()).isEqualTo(1.3);
    }

    @Test
    void longRopeNeedsADivisorForEachPair() {
        assertThatThrownBy(() -> of(with(LONG_ROPE, "long_factor", List.of(1, 2))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "long_factor of the rotary positions must be 4 positive numbers, one for each pair of a head's"
                                + " elements, but is [1, 2]");
    }

    @Test
    void onlyDynamicPositionsHaveNoEnd() {
        LlamaConfig config = LlamaConfig.BASE.with(c -> c.maxPositionEmbeddings(POSITIONS));
        LlamaConfig dynamic = config.with(c -> c.ropeParameters(Map.of("rope_type", "dynamic", "factor", 2.0)));
        assertThat(config.limitsInputLength()).isTrue();
        assertThat(config.maxInputLength()).isEqualTo(POSITIONS);
        assertThat(dynamic.limitsInputLength()).isFalse();
        assertThat(dynamic.maxInputLength()).as("what it is meant for").isEqualTo(2 * POSITIONS);
    }

    @Test
    void olderKeysCountBeforeNewerOnesAsInHuggingFace() {
        RopeParameters rope = RopeParameters.of(
                Map.of("rope_type", "default", "rope_theta", 5.0),
                Map.of("rope_theta", 100.0, "rope_scaling", Map.of("type", "linear", "factor", 4.0)),
                HEAD_SIZE,
                POSITIONS);
        assertThat(rope.theta()).isEqualTo(100);
        assertThat(rope.rescaling().apply(1).apply(0, 1)).isEqualTo(0.25);
    }

    @Test
    void positionsOfPretrainingAreTheModelsUnlessSaidOtherwise() {
        Map<String, Object> longRope = with(LONG_ROPE, "original_max_position_embeddings", null);
        assertThat(of(longRope).usualLength()).isEqualTo(POSITIONS);
        assertThat(RopeParameters.of(longRope, Map.of("original_max_position_embeddings", 4), HEAD_SIZE, POSITIONS)
                        .usualLength())
                .isEqualTo(4);
    }
}
