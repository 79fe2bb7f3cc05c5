package io.transformer4j.attention;

import static org.assertj.core.api.Assertions.assertThat;

import io.transformer4j.nn.Initializer;
import io.transformer4j.nn.Parameter;
import io.transformer4j.torch.Devices;
import io.transformer4j.torch.TensorScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Groups of heads, windows and rotary positions: token by token through a cache as all at once. */
class GroupedAttentionTest {
    private static final long HIDDEN = 24;
    private static final int HEADS = 6;
    private static final int[] LENGTHS = {7, 4, 7};

    @ParameterizedTest
    @CsvSource({"6, 0, FULL", "3, 0, FLASH", "2, 3, FULL", "1, 2, FLASH", "2, 100, FULL"})
    void aCacheChangesNothing(int keyValueHeads, int window, AttentionType type) {
        try (TensorScope scope = new TensorScope()) {
            SelfAttention layer = layer(keyValueHeads, window, type);
            RotaryEmbedding rotary = new RotaryEmbedding(HIDDEN / HEADS, 100, RotaryEmbedding.Rescaling.NONE, 1);
            SequenceLayout whole = SequenceLayout.of(LENGTHS);
            Tensor hidden = random(whole.totalTokens());
            Tensor expected =
                    layer.forward(hidden, whole, rotary.at(longs(whole.positions()), whole.maxLength()), null);
            try (KvCache cache = new KvCache(1, LENGTHS.length)) {
                Tensor first = hidden.index_select(0, longs(whole.firstRows()));
                for (int step = 0; step < 4; step++) { // as long as the shortest
                    long[] rows = whole.firstRows();
                    for (int i = 0; i < rows.length; i++) {
                        rows[i] += step;
                    }
                    SequenceLayout one = SequenceLayout.uniform(LENGTHS.length, 1);
                    Tensor next = step == 0 ? first : hidden.index_select(0, longs(rows));
                    Tensor actual = layer.forward(
                            next, one, rotary.at(longs(cache.positions(one)), cache.longest() + 1), cache.layer(0));
                    cache.advance(one);
                    assertClose(actual, expected.index_select(0, longs(rows)));
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"1, FULL", "3, FLASH"})
    void noTokenSeesFurtherBackThanTheWindow(int window, AttentionType type) {
        try (TensorScope scope = new TensorScope()) {
            SelfAttention layer = layer(2, window, type);
            SequenceLayout layout = SequenceLayout.uniform(1, 8);
            Tensor hidden = random(8);
            Tensor changed = hidden.clone();
            changed.select(0, 2).add_(new Scalar(1));
            Tensor difference = layer.forward(hidden, layout, null)
                    .sub(layer.forward(changed, layout, null))
                    .abs()
                    .sum(1);
            for (int row = 0; row < 8; row++) {
                boolean sees = row >= 2 && row < 2 + window;
                assertThat(difference.select(0, row).item_double() > 1e-6)
                        .as("row " + row)
                        .isEqualTo(sees);
            }
        }
    }

    private static SelfAttention layer(int keyValueHeads, int window, AttentionType type) {
        Initializer initializer = Initializer.normal(0.5);
        SelfAttention layer =
                new SelfAttention(new SelfAttention.Config(HIDDEN, HEADS, type, true, 0, initializer, initializer)
                        .with(c -> c.numKeyValueHeads(keyValueHeads).window(window)));
        for (Parameter parameter : layer.namedParameters().values()) {
            parameter.initialize(Devices.cpu(), torch.createCPUGenerator(11));
        }
        return layer;
    }

    private static Tensor random(long rows) {
        Tensor tensor = torch.empty(new long[] {rows, HIDDEN}, new TensorOptions(ScalarType.Float), null);
        Initializer.normal(1).fill(tensor, torch.createCPUGenerator(5));
        return tensor;
    }

    private static Tensor longs(long[] values) {
        return Tensor.create(values);
    }

    private static void assertClose(Tensor actual, Tensor expected) {
        assertThat(actual.sub(expected).abs().max().item_double())
                .isLessThan(1e-5 * expected.abs().max().item_double());
    }
}
