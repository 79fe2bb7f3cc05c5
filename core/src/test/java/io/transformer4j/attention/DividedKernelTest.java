package io.transformer4j.attention;

import static org.assertj.core.api.Assertions.assertThat;

import io.transformer4j.nn.Dropout;
import io.transformer4j.torch.ComputePool;
import io.transformer4j.torch.Devices;
import io.transformer4j.torch.TensorData;
import io.transformer4j.torch.TensorScope;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** One long sequence on several workers: the same to the last bit as on one, and exact where the kernel is. */
class DividedKernelTest {
    private static final long HEADS = 5;
    private static final long HEAD_SIZE = 12;

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "FULL")
    void anyNumberOfWorkers(AttentionType type) {
        assertSame(onWorkers(3, type, 0.1), onWorkers(1, type, 0.1));
        assertSame(onWorkers(3, type, 0), onWorkers(1, type, 0));
    }

    private static void assertSame(List<float[]> actual, List<float[]> expected) {
        for (int i = 0; i < expected.size(); i++) {
            assertThat(actual.get(i)).isEqualTo(expected.get(i));
        }
    }

    /** The result and its gradients. */
    private static List<float[]> onWorkers(int workers, AttentionType type, double probability) {
        AttentionOptions options = AttentionOptions.DEFAULTS.with(o ->
                o.maxLength(950).window(64).blockSize(16).projectionSize(32).numFeatures(24));
        try (ComputePool pool = new ComputePool(workers)) {
            return pool.onOneWorker(() -> {
                Dropout dropout = new Dropout(probability);
                dropout.train(true);
                dropout.reseed(7);
                Attention attention = options.create(type, 0.3, dropout, (int) HEADS);
                if (attention instanceof LinformerAttention module) {
                    module.namedParameters()
                            .values()
                            .forEach(weights -> weights.initialize(Devices.cpu(), torch.createCPUGenerator(3)));
                }
                return results(attention, AttentionMask.full(), 950);
            });
        }
    }

    private static List<float[]> results(Attention attention, AttentionMask mask, long length) {
        Generator generator = torch.createCPUGenerator(5);
        Tensor[] inputs = new Tensor[4];
        for (int i = 0; i < inputs.length; i++) {
            inputs[i] = torch.randn(
                    new long[] {1, HEADS, length, HEAD_SIZE},
                    new GeneratorOptional(generator),
                    new TensorOptions(ScalarType.Float));
        }
        for (int i = 0; i < 3; i++) {
            inputs[i].set_requires_grad(true);
        }
        Tensor output = attention.forward(inputs[0], inputs[1], inputs[2], mask);
        output.backward(inputs[3], new BoolOptional(), false, new TensorArrayRefOptional());
        List<float[]> results = new ArrayList<>(List.of(TensorData.floats(output)));
        for (int i = 0; i < 3; i++) {
            results.add(TensorData.floats(inputs[i].grad()));
        }
        return results;
    }

    /** More than the four million scores from which on libtorch's kernel is divided. */
    @ParameterizedTest
    @CsvSource({"full", "causal", "padding", "bias", "bias of each head"})
    void dividedFlashIsExact(String kind) {
        try (ComputePool pool = new ComputePool(2)) {
            pool.onOneWorker(() -> {
                long length = 997;
                AttentionMask mask = mask(kind, length);
                Dropout none = new Dropout(0);
                List<float[]> actual = results(new FlashAttention(0.3, none), mask, length);
                List<float[]> expected = results(new ExactAttention(0.3, none), mask, length);
                for (int i = 0; i < actual.size(); i++) {
                    double tolerance = i == 0 ? 1e-5 : 1e-4;
                    assertThat(difference(actual.get(i), expected.get(i)))
                            .as("%s: max |difference| of %s", kind, i == 0 ? "output" : "gradient " + i)
                            .isLessThanOrEqualTo(tolerance);
                }
                return kind;
            });
        }
    }

    private static double difference(float[] actual, float[] expected) {
        double most = 0;
        for (int i = 0; i < expected.length; i++) {
            most = Math.max(most, Math.abs(actual[i] - expected[i]));
        }
        return most;
    }

    private static AttentionMask mask(String kind, long length) {
        try (TensorScope scope = new TensorScope()) {
            Tensor real = torch.arange(new Scalar(length))
                    .lt(new Scalar(length - 100))
                    .unsqueeze(0);
            return switch (kind) {
                case "full" -> AttentionMask.full();
                case "causal" -> AttentionMask.causal();
                case "padding" -> AttentionMask.padding(scope.keep(real));
                case "bias" -> new AttentionMask.Additive(scope.keep(torch.randn(length, length)));
                default -> new AttentionMask.Additive(scope.keep(torch.randn(1, HEADS, length, length)));
            };
        }
    }
}
