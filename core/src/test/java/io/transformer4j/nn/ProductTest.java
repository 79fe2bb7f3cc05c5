package io.transformer4j.nn;

import static org.assertj.core.api.Assertions.assertThat;

import io.transformer4j.torch.Precision;
import io.transformer4j.torch.TensorScope;
import io.transformer4j.torch.Torch;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProductTest {
    private static final double TOLERANCE = 1e-4; // of sums of 700 products of normal numbers, in float32

    @BeforeAll
    static void load() {
        Torch.initialize();
        torch.manual_seed(1);
    }

    @ParameterizedTest
    @CsvSource({"1, 1500", "3, 600", "70, 40", "1, 4"})
    void isTheSumOfProducts(long rows, long outputs) {
        try (TensorScope scope = new TensorScope();
                NoGradGuard guard = new NoGradGuard()) {
            Tensor input = randn(rows, 700);
            Tensor matrix = randn(outputs, 700);
            Tensor bias = randn(outputs);
            assertProduct(input, matrix, bias);
            assertProduct(input, matrix, null);
            assertProduct(input, matrix.t().contiguous().t(), bias);
            assertProduct(input, randn(outputs + 2, 700).narrow(0, 1, outputs), bias);
            assertProduct(randn(rows, 703).narrow(1, 3, 700), matrix, bias);
        }
    }

    @Test
    void isOpenBlasWhereGradientsAreWanted() {
        try (TensorScope scope = new TensorScope()) {
            Tensor input = randn(2, 1000);
            Tensor matrix = randn(1000, 1000).set_requires_grad(true);
            assertThat(Product.isOneDnns(input, matrix)).isFalse();
            assertThat(Product.of(input, matrix, null).requires_grad()).isTrue();
        }
    }

    @Test
    void isOpenBlasWhereRowsOrColumnsHaveGaps() {
        try (TensorScope scope = new TensorScope();
                NoGradGuard guard = new NoGradGuard()) {
            Tensor input = randn(2, 1000);
            Tensor transposed = randn(1000, 1500).t();
            assertThat(Product.isOneDnns(input, transposed)).isTrue();
            assertThat(Product.isOneDnns(input, transposed.narrow(0, 100, 1200)))
                    .isFalse();
            assertProduct(input, transposed.narrow(0, 100, 1200), null);
        }
    }

    @Test
    void isInThePrecisionThatIsSet() {
        try (TensorScope scope = new TensorScope();
                NoGradGuard guard = new NoGradGuard();
                Precision.Region region = Precision.BF16.enter(DeviceType.CPU)) {
            Tensor product = Product.of(randn(2, 1000), randn(1000, 1000), null);
            assertThat(product.scalar_type().intern()).isEqualTo(ScalarType.BFloat16);
        }
    }

    private static Tensor randn(long... shape) {
        return torch.randn(shape);
    }

    private static void assertProduct(Tensor input, Tensor matrix, @Nullable Tensor bias) {
        Tensor exact = input.toType(ScalarType.Double)
                .matmul(matrix.toType(ScalarType.Double).t());
        Tensor expected = bias == null ? exact : exact.add(bias);
        Tensor product = Product.of(input, matrix, bias);
        assertThat(product.sub(expected).abs().max().item().toDouble()).isLessThan(TOLERANCE);
    }
}
