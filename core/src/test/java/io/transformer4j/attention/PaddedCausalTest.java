package io.transformer4j.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.transformer4j.nn.Initializer;
import io.transformer4j.torch.Devices;
import io.transformer4j.torch.TensorData;
import io.transformer4j.torch.TensorScope;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Causal layers on padded batches: padding changes nothing for real tokens, and comes out as in HF where it sees nothing. */
class PaddedCausalTest {
    private static final int HIDDEN = 12;
    private static final int LENGTH = 5;
    /** Two places of padding before a sequence, and behind another. */
    private static final boolean[] REAL = {false, false, true, true, true, true, true, true, false, false};

    private static SelfAttention layer(AttentionType type, int window) {
        Initializer normal = Initializer.normal(0.7);
        SelfAttention layer = new SelfAttention(
                new SelfAttention.Config(HIDDEN, 2, type, true, 0, normal, normal).with(c -> c.window(window)));
        Generator generator = torch.createCPUGenerator(3);
        layer.namedParameters().values().forEach(parameter -> parameter.initialize(Devices.cpu(), generator));
        return layer;
    }

    private static Tensor hidden() {
        Tensor hidden = torch.empty(new long[] {2L * LENGTH, HIDDEN}, new TensorOptions(ScalarType.Float), null);
        Initializer.normal(1).fill(hidden, torch.createCPUGenerator(4));
        return hidden;
    }

    private static float[] rows(Tensor output, int... rows) {
        long[] index = IntStream.of(rows).asLongStream().toArray();
        return TensorData.floats(output.index_select(0, Tensor.create(index)));
    }

    /** What comes out for a query that takes the same of each of {@code keys}: layers are linear in the values. */
    private static float[] mean(SelfAttention layer, Tensor hidden, int... keys) {
        List<float[]> alone = new ArrayList<>();
        Tensor single = layer.forward(hidden, SequenceLayout.uniform(2 * LENGTH, 1), null);
        for (int key : keys) {
            alone.add(rows(single, key));
        }
        float[] mean = new float[HIDDEN];
        alone.forEach(row -> IntStream.range(0, HIDDEN).forEach(i -> mean[i] += row[i] / keys.length));
        return mean;
    }

    private static Tensor padded(SelfAttention layer, Tensor hidden) {
        return layer.forward(hidden, SequenceLayout.padded(2, LENGTH, REAL), null);
    }

    @ParameterizedTest
    @EnumSource(names = {"FULL", "FLASH"})
    void realTokensSeeNoPadding(AttentionType type) {
        try (TensorScope scope = new TensorScope()) {
            for (int window : new int[] {0, 2, 100}) {
                SelfAttention layer = layer(type, window);
                Tensor hidden = hidden();
                Tensor packed = layer.forward(hidden.narrow(0, 2, 6), SequenceLayout.of(3, 3), null);
                assertThat(rows(padded(layer, hidden), 2, 3, 4, 5, 6, 7))
                        .as("window %d", window)
                        .containsExactly(TensorData.floats(packed), within(1e-5f));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"FULL", "FLASH"})
    void paddingThatSeesNothingTakesTheSameOfAll(AttentionType type) {
        try (TensorScope scope = new TensorScope()) {
            SelfAttention layer = layer(type, 0);
            Tensor hidden = hidden();
            Tensor output = padded(layer, hidden);
            float[] all = mean(layer, hidden, 0, 1, 2, 3, 4);
            assertThat(rows(output, 0)).containsExactly(all, within(1e-5f));
            assertThat(rows(output, 1)).containsExactly(all, within(1e-5f));
        }
    }

    /** What both masks of such a layer hide is lost; what one of them hides counts where nothing else is seen. */
    @ParameterizedTest
    @EnumSource(names = {"FULL", "FLASH"})
    void paddingInALayerWithAWindowTakesWhatOneOfTwoMasksHides(AttentionType type) {
        try (TensorScope scope = new TensorScope()) {
            SelfAttention layer = layer(type, 2);
            Tensor hidden = hidden();
            Tensor output = padded(layer, hidden);
            assertThat(rows(output, 1)).containsExactly(mean(layer, hidden, 0, 1), within(1e-5f));
            assertThat(rows(output, 9)).containsExactly(mean(layer, hidden, 5, 6, 7, 8, 9), within(1e-5f));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"FULL", "FLASH"})
    void gradientsAreThoseOfTheExactKernel(AttentionType type) {
        try (TensorScope scope = new TensorScope()) {
            SelfAttention layer = layer(type, 0);
            Tensor output = padded(layer, hidden());
            output.mul(output).sum().backward();
            SelfAttention exact = layer(AttentionType.FULL, 0);
            Tensor expected = padded(exact, hidden());
            expected.mul(expected).sum().backward();
            exact.namedParameters()
                    .forEach((name, parameter) -> assertThat(TensorData.floats(
                                    layer.namedParameters().get(name).grad().orElseThrow()))
                            .as(name)
                            .containsExactly(TensorData.floats(parameter.grad().orElseThrow()), within(1e-3f)));
        }
    }
}
