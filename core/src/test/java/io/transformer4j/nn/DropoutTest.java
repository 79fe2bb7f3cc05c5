package io.transformer4j.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.transformer4j.torch.TensorScope;
import java.util.Arrays;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Masks are what they should be on average, and nothing about one tells anything of another. */
class DropoutTest {
    private static final int COUNT = 1 << 20;
    private static final double SIGMAS = 5; // of a sum of COUNT independent terms; seeds are fixed

    private TensorScope scope;

    @BeforeEach
    void open() {
        scope = new TensorScope();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.001, 0.1, 0.5, 0.9})
    void shareMeanAndVariance(double probability) {
        float[] mask = mask(training(probability), COUNT);
        double keep = 1 - probability;
        long zeros = 0;
        double sum = 0;
        for (float value : mask) {
            zeros += value == 0 ? 1 : 0;
            sum += value;
            assertThat(value == 0 || Math.abs(value - 1 / keep) < 1e-6).isTrue();
        }
        double deviation = Math.sqrt(probability * keep / COUNT);
        assertThat((double) zeros / COUNT).isCloseTo(probability, within(SIGMAS * deviation));
        assertThat(sum / COUNT).isCloseTo(1, within(SIGMAS * deviation / keep));
    }

    /** At distances that hash functions tend to give away: neighbours, rows, and the blocks that masks are made in. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 64, 768, 1024, 1 << 14, (1 << 14) + 1})
    void elementsAreIndependent(int distance) {
        float[] mask = mask(training(0.5), COUNT);
        assertUncorrelated(Arrays.copyOf(mask, COUNT - distance), Arrays.copyOfRange(mask, distance, COUNT));
    }

    @Test
    void callsAreIndependent() {
        Dropout dropout = training(0.5);
        float[] first = mask(dropout, COUNT);
        float[] second = mask(dropout, COUNT);
        float[] third = mask(dropout, COUNT);
        assertUncorrelated(first, second);
        assertUncorrelated(first, third);
        assertUncorrelated(Arrays.copyOf(first, COUNT - 1), Arrays.copyOfRange(second, 1, COUNT));
    }

    @ParameterizedTest
    @ValueSource(longs = {6, 7, 9, 0, -5, 1 << 20, 5L << 32})
    void keysAreIndependent(long other) {
        Dropout dropout = training(0.5);
        float[] first = mask(dropout, COUNT);
        dropout.reseed(other);
        assertUncorrelated(first, mask(dropout, COUNT));
    }

    @Test
    void layersOfAModelAreIndependent() {
        Pair pair = new Pair();
        pair.train(true);
        Dropout.reseedAll(pair, 3);
        float[] first = mask(pair.first, COUNT);
        assertUncorrelated(first, mask(pair.second, COUNT));
        Dropout.reseedAll(pair, 4);
        assertUncorrelated(first, mask(pair.first, COUNT));
        Dropout.reseedAll(pair, 3);
        assertThat(mask(pair.first, COUNT)).isEqualTo(first);
    }

    private static final class Pair extends Module {
        final Dropout first = child("first", new Dropout(0.5));
        final Dropout second = child("second", new Dropout(0.5));
    }

    @Test
    void equalKeysGiveEqualMasks() {
        Dropout dropout = training(0.3);
        float[] first = mask(dropout, 1000);
        float[] second = mask(dropout, 1000);
        assertThat(second).isNotEqualTo(first);
        dropout.reseed(8);
        assertThat(mask(dropout, 1000)).isEqualTo(first);
        assertThat(mask(dropout, 1000)).isEqualTo(second);
    }

    @Test
    void addToIsAddAfterForward() {
        Tensor residual = torch.ones(100, 7).mul(new Scalar(5.0));
        Tensor input = torch.arange(new Scalar(700)).view(100, 7).toType(torch.ScalarType.Float);
        Dropout dropout = training(0.3);
        Tensor expected = residual.add(dropout.forward(input));
        dropout.reseed(8);
        assertThat(dropout.addTo(residual, input).sub(expected).abs().max().item_float())
                .isLessThan(1e-3f);
    }

    @Test
    void gradientHasTheSameMask() {
        Tensor input = torch.ones(1000);
        input.set_requires_grad(true);
        Tensor output = training(0.3).forward(input);
        output.sum().backward();
        assertThat(input.grad().equal(output.detach())).isTrue();
    }

    @Test
    void doesNothingInEvaluationOrWithProbabilityZero() {
        Tensor input = torch.ones(1000);
        assertThat(new Dropout(0.5).forward(input).equal(input)).isTrue();
        assertThat(training(0).forward(input).equal(input)).isTrue();
        assertThat(training(0).isActive()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(doubles = {-0.1, 1, 1.5, Double.NaN})
    void probabilityIsChecked(double probability) {
        assertThatThrownBy(() -> new Dropout(probability))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a dropout probability must be in [0, 1), but is " + probability);
    }

    private static Dropout training(double probability) {
        Dropout dropout = new Dropout(probability);
        dropout.train(true);
        dropout.reseed(8);
        return dropout;
    }

    private static float[] mask(Dropout dropout, int count) {
        float[] mask = new float[count];
        try (TensorScope inner = new TensorScope()) {
            dropout.forward(torch.ones(count)).data_ptr_float().get(mask);
        }
        return mask;
    }

    /** Of masks with probability 0.5, whose values are 0 and 2. */
    private static void assertUncorrelated(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (a[i] - 1) * (b[i] - 1);
        }
        assertThat(sum / a.length).as("correlation").isCloseTo(0, within(SIGMAS / Math.sqrt(a.length)));
    }
}
