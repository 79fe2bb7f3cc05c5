package io.transformer4j.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.transformer4j.torch.TensorData;
import io.transformer4j.torch.TensorScope;
import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ActivationTest {
    /** Values at -2, 0.5 and 3, as transformers 5.18 computes them. */
    @ParameterizedTest
    @CsvSource({
        "gelu, -0.0455, 0.345731, 2.99595",
        "gelu_python, -0.0455, 0.345731, 2.99595",
        "gelu_10, -0.0455, 0.345731, 2.99595",
        "gelu_new, -0.045402, 0.345714, 2.996363",
        "gelu_fast, -0.045402, 0.345714, 2.996363",
        "gelu_pytorch_tanh, -0.045402, 0.345714, 2.996363",
        "gelu_python_tanh, -0.045402, 0.345714, 2.996363",
        "gelu_accurate, -0.045402, 0.345714, 2.996363",
        "quick_gelu, -0.064341, 0.350388, 2.981929",
        "relu, 0, 0.5, 3",
        "relu2, 0, 0.25, 9",
        "relu6, 0, 0.5, 3",
        "leaky_relu, -0.02, 0.5, 3",
        "sigmoid, 0.119203, 0.622459, 0.952574",
        "silu, -0.238406, 0.31123, 2.857723",
        "swish, -0.238406, 0.31123, 2.857723",
        "hardswish, -0.333333, 0.291667, 3",
        "mish, -0.252501, 0.375245, 2.986535",
        "sqrtsoftplus, 0.35627, 0.986953, 1.74602",
        "laplace, 0, 0.231421, 1",
        "tanh, -0.964028, 0.462117, 0.995055",
        "linear, -2, 0.5, 3"
    })
    void computesWhatHuggingFaceCallsByItsName(String name, float low, float middle, float high) {
        assertThat(values(name, -2, 0.5f, 3)).containsExactly(new float[] {low, middle, high}, within(2e-6f));
    }

    @Test
    void allAreCompared() throws NoSuchMethodException {
        String[] rows = getClass()
                .getDeclaredMethod(
                        "computesWhatHuggingFaceCallsByItsName", String.class, float.class, float.class, float.class)
                .getAnnotation(CsvSource.class)
                .value();
        assertThat(rows).hasSameSizeAs(Activation.values());
    }

    @Test
    void clippedGeluEndsAtTen() {
        assertThat(values("gelu_10", 12)).containsExactly(10);
    }

    @Test
    void namesTheKnownOnes() {
        assertThatThrownBy(() -> Activation.of("softsign"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("unknown activation \"softsign\": known are gelu, ");
    }

    private static float[] values(String name, float... inputs) {
        try (TensorScope scope = new TensorScope()) {
            return TensorData.floats(Activation.of(name).apply(Tensor.create(Arrays.copyOf(inputs, inputs.length))));
        }
    }
}
