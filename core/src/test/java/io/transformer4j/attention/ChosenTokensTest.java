package io.transformer4j.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.transformer4j.nn.Initializer;
import io.transformer4j.nn.Parameter;
import io.transformer4j.torch.Devices;
import io.transformer4j.torch.TensorData;
import io.transformer4j.torch.TensorScope;
import io.transformer4j.torch.Torch;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Attention from chosen tokens gives what attention from all gives them, and the same gradients. */
class ChosenTokensTest {
    private static final long HIDDEN = 24;
    private static final int HEADS = 6;
    private static final double TOLERANCE = 2e-5;

    /** Two runs of equal length with different numbers of chosen tokens, and sequences without any. */
    private static final int[] LENGTHS = {5, 5, 5, 3, 9, 9, 4};

    private static final long[] ROWS = {0, 3, 4, 7, 18, 20, 26, 29, 39};

    private TensorScope scope;
    private Generator generator;

    @BeforeEach
    void open() {
        Torch.initialize();
        scope = new TensorScope();
        generator = torch.createCPUGenerator(3);
    }

    @AfterEach
    void close() {
        scope.close();
    }

    @ParameterizedTest
    @EnumSource(AttentionType.class)
    void resultsAndGradientsAreThoseOfAllTokens(AttentionType type) {
        assertSame(layer(type, HEADS), SequenceLayout.of(LENGTHS), ROWS);
    }

    @ParameterizedTest
    @EnumSource(
            value = AttentionType.class,
            names = {"FULL", "FLASH"})
    void groupsOfHeadsToo(AttentionType type) {
        assertSame(layer(type, 2), SequenceLayout.of(LENGTHS), ROWS);
        assertSame(
                layer(type, 2),
                SequenceLayout.of(LENGTHS),
                SequenceLayout.of(LENGTHS).firstRows());
    }

    @ParameterizedTest
    @EnumSource(AttentionType.class)
    void firstTokensOfEqualLengths(AttentionType type) {
        SequenceLayout layout = SequenceLayout.uniform(3, 8);
        assertSame(layer(type, HEADS), layout, layout.firstRows());
    }

    @ParameterizedTest
    @EnumSource(AttentionType.class)
    void paddingStaysHidden(AttentionType type) {
        boolean[] real = new boolean[3 * 8];
        for (int i = 0; i < real.length; i++) {
            real[i] = i % 8 < 8 - i / 8;
        }
        assertSame(layer(type, HEADS), SequenceLayout.padded(3, 8, real), new long[] {0, 2, 8, 9, 10, 16, 21});
    }

    @ParameterizedTest
    @EnumSource(AttentionType.class)
    void noTokenAtAll(AttentionType type) {
        Tensor hidden = normal(10, HIDDEN).set_requires_grad(true);
        Tensor result = layer(type, HEADS).forwardChosen(hidden, SequenceLayout.of(4, 6), ChosenTokens.of(new long[0]));
        assertThat(result.sizes().vec().get()).containsExactly(0, HIDDEN);
        result.sum().backward();
        assertThat(hidden.grad().abs().sum().item_double()).isZero();
    }

    @Test
    void picksInAnyOrder() {
        ChosenTokens chosen = ChosenTokens.of(new long[] {7, 2, 5}, new long[] {2, 0});
        Tensor states = chosen.of(torch.arange(new Scalar(8)).view(8, 1));
        assertThat(TensorData.longs(states)).containsExactly(0, 2, 5, 7);
        assertThat(TensorData.longs(chosen.pick(states, 5, 0, 5))).containsExactly(5, 0, 5);
        assertThatThrownBy(() -> chosen.pick(states, 3))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("token 3 is not among the chosen ones");
    }

    private void assertSame(SelfAttention layer, SequenceLayout layout, long[] rows) {
        ChosenTokens chosen = ChosenTokens.of(rows);
        Tensor values = normal(layout.totalTokens(), HIDDEN);
        Tensor upstream = normal(rows.length, HIDDEN);
        Map<String, Tensor> expected =
                run(layer, values, upstream, hidden -> chosen.of(layer.forward(hidden, layout, null)));
        Map<String, Tensor> actual =
                run(layer, values, upstream, hidden -> layer.forwardChosen(hidden, layout, chosen));
        assertThat(actual.keySet()).isEqualTo(expected.keySet());
        expected.forEach((name, tensor) -> assertThat(
                        actual.get(name).sub(tensor).abs().max().item_double())
                .as(name + " max |difference|")
                .isLessThanOrEqualTo(TOLERANCE * Math.max(1, tensor.abs().max().item_double())));
    }

    /** The result and all gradients. */
    private static Map<String, Tensor> run(
            SelfAttention layer, Tensor values, Tensor upstream, UnaryOperator<Tensor> forward) {
        Tensor hidden = values.clone().set_requires_grad(true);
        Tensor result = forward.apply(hidden);
        result.backward(upstream, new BoolOptional(), false, null);
        Map<String, Tensor> all = new LinkedHashMap<>();
        all.put("result", result.detach());
        all.put("hidden", hidden.grad());
        layer.namedParameters().forEach((name, parameter) -> {
            parameter.grad().ifPresent(gradient -> all.put(name, gradient.clone()));
            parameter.clearGrad();
        });
        return all;
    }

    private static SelfAttention layer(AttentionType type, int keyValueHeads) {
        Initializer initializer = Initializer.normal(0.5);
        SelfAttention layer = new SelfAttention(new SelfAttention.Config(
                        HIDDEN, HEADS, type, false, 0, initializer, initializer)
                .with(c -> c.numKeyValueHeads(keyValueHeads)
                        .options(AttentionOptions.DEFAULTS.with(
                                o -> o.window(4).blockSize(2).numRandomBlocks(1).projectionSize(4)))));
        for (Parameter parameter : layer.namedParameters().values()) {
            parameter.initialize(Devices.cpu(), torch.createCPUGenerator(11));
        }
        return layer;
    }

    private Tensor normal(long... shape) {
        return torch.randn(shape, new GeneratorOptional(generator), new TensorOptions(ScalarType.Float));
    }
}
