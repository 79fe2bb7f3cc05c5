package io.transformer4j.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.transformer4j.torch.Devices;
import io.transformer4j.torch.Int8;
import io.transformer4j.torch.TensorData;
import io.transformer4j.torch.TensorScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Products in 8 bits against their definition in float64. */
class QuantizedMatrixTest {
    /** Of float32 sums, as a share of the largest addends' sum. */
    private static final double ROUNDING = 1e-5;

    private TensorScope scope;

    @BeforeEach
    void open() {
        scope = new TensorScope();
        torch.manual_seed(20_261_125);
    }

    @AfterEach
    void close() {
        scope.close();
    }

    /** Each weight is off by half its row's step at most, and each input by half its own row's (or 1/510 of that). */
    @ParameterizedTest
    @CsvSource({
        "1, 1, 7, 5",
        "1, 1, 384, 64",
        "1, 8, 64, 33",
        "1, 33, 1536, 96",
        "2, 1, 384, 64",
        "2, 8, 64, 33",
        "2, 33, 1536, 96",
        "2, 3, 1, 1"
    })
    void theProductIsWithinItsBound(int planes, long rows, long inputs, long outputs) {
        Tensor input = torch.randn(rows, inputs).mul(new Scalar(3.0)).add(new Scalar(0.5));
        Tensor weight = torch.randn(outputs, inputs).mul(new Scalar(0.05));
        Tensor bias = torch.randn(outputs);
        try (QuantizedMatrix matrix = QuantizedMatrix.of(weight, planes)) {
            Tensor product = matrix.multiply(input, bias);
            Tensor exact =
                    torch.addmm(doubles(bias), doubles(input), doubles(weight).t());
            Tensor weightStep = doubles(weight).abs().amax(new long[] {1}, true).div(new Scalar(127.0)); // [outputs, 1]
            Tensor range =
                    doubles(input).amax(new long[] {1}, true).sub(doubles(input).amin(new long[] {1}, true));
            Tensor inputStep = range.div(new Scalar(planes == 1 ? 255.0 : 255.0 * 255.0)); // [rows, 1]
            Tensor ofWeights =
                    doubles(input).abs().sum(1).unsqueeze(1).mul(weightStep.t()).div(new Scalar(2.0));
            Tensor ofInputs =
                    inputStep.mul(doubles(weight).abs().sum(1).unsqueeze(0)).div(new Scalar(2.0));
            Tensor ofBoth = inputStep.mul(weightStep.t()).mul(new Scalar(inputs / 4.0));
            Tensor rounding =
                    doubles(input).abs().matmul(doubles(weight).abs().t()).add(new Scalar(1.0));
            Tensor bound = ofWeights.add(ofInputs).add(ofBoth).add(rounding.mul(new Scalar(ROUNDING)));
            assertThat(doubles(product).sub(exact).abs().sub(bound).amax().item_double())
                    .isNegative();
        }
    }

    /** With 16 bits of input, what is lost is lost in the weights: exact for weights that fit. */
    @Test
    void twoPlanesLoseNothingOfWhatFits() {
        Tensor weight = integers(64, 300, -127, 127).mul(new Scalar(0.25));
        weight.select(1, 0).fill_(new Scalar(127 * 0.25)); // so that a quarter is each row's step
        Tensor input = torch.randn(9, 300);
        try (QuantizedMatrix matrix = QuantizedMatrix.of(weight, 2)) {
            Tensor exact = doubles(input).matmul(doubles(weight).t());
            Tensor off = doubles(matrix.multiply(input, null)).sub(exact).abs().amax();
            assertThat(off.item_double()).isLessThan(2e-5 * exact.abs().amax().item_double() + 0.02);
        }
    }

    /** Sums of the largest products must not saturate, whatever instructions the processor has. */
    @Test
    void integerProductsAreExact() {
        Tensor left = integers(17, 1000, -128, 127);
        left.select(0, 0).fill_(new Scalar(127.0));
        left.select(0, 1).fill_(new Scalar(-128.0));
        Tensor right = integers(20, 1000, -127, 127);
        right.select(0, 0).fill_(new Scalar(127.0));
        right.select(0, 1).fill_(new Scalar(-127.0));
        Tensor product = Int8.product(
                left.toType(ScalarType.Char), right.toType(ScalarType.Char).t());
        Tensor exact = doubles(left).matmul(doubles(right).t());
        assertThat(doubles(product).equal(exact)).isTrue();
    }

    @Test
    void quantizedRowsAreWithinHalfAStep() {
        Tensor rows = torch.randn(31, 77);
        rows.select(0, 3).fill_(new Scalar(0.0));
        rows.select(0, 4).fill_(new Scalar(-2.5));
        Int8.Rows quantized = Int8.quantize(rows);
        Tensor off = quantized.dequantized().sub(rows).abs();
        Tensor bound = quantized.scale().mul(new Scalar(0.501)).add(new Scalar(1e-6));
        assertThat(off.sub(bound).amax().item_double()).isNegative();
        assertThat(off.select(0, 3).amax().item_double()).isZero();
        assertThat(off.select(0, 4).amax().item_double()).isLessThan(1e-6);
    }

    @ParameterizedTest
    @CsvSource({"1", "2"})
    void aRowsResultDoesNotDependOnTheOthers(int planes) {
        Tensor input = torch.randn(12, 96);
        input.select(0, 5).mul_(new Scalar(1000.0));
        try (QuantizedMatrix matrix = QuantizedMatrix.of(torch.randn(40, 96), planes)) {
            Tensor together = matrix.multiply(input, null);
            for (int row = 0; row < 12; row++) {
                assertThat(TensorData.floats(matrix.multiply(input.narrow(0, row, 1), null)))
                        .isEqualTo(TensorData.floats(together.narrow(0, row, 1)));
            }
        }
    }

    @Test
    void rowsAndPartsAreThoseOfTheMatrix() {
        Tensor weight = torch.randn(2100, 48); // more than are converted at once
        weight.select(0, 7).fill_(new Scalar(0.0));
        Tensor input = torch.randn(3, 48);
        try (QuantizedMatrix matrix = QuantizedMatrix.of(weight, 1)) {
            Tensor ids = Tensor.create(new long[] {7, 0, 2099, 7});
            Tensor rows = matrix.rows(ids);
            Tensor step = weight.abs().amax(new long[] {1}, true).div(new Scalar(127.0));
            Tensor bound = step.index_select(0, ids).mul(new Scalar(0.5001)).add(new Scalar(1e-7));
            assertThat(rows.sub(weight.index_select(0, ids))
                            .abs()
                            .sub(bound)
                            .amax()
                            .item_double())
                    .isNegative();
            Tensor all = matrix.multiply(input, null);
            assertThat(matrix.narrow(1000, 700).multiply(input, null).equal(all.narrow(1, 1000, 700)))
                    .isTrue();
            assertThat(all.select(1, 7).abs().amax().item_double()).isZero();
            assertThat(matrix.bytes()).isEqualTo(2100 * 48 + 2100 * 8);
        }
    }

    @Test
    void aQuantizedParameterCannotBeTrained() {
        try (Parameter parameter = new Parameter(Initializer.normal(1), 40, 8);
                Parameter shared = new Parameter(Initializer.normal(1), 40, 8)) {
            parameter.initialize(Devices.cpu(), torch.createCPUGenerator(1));
            assertThat(parameter.bytes()).isEqualTo(40 * 8 * 4);
            parameter.quantize(1);
            shared.share(parameter);
            assertThat(parameter.bytes()).isEqualTo(40 * 8 + 40 * 8);
            assertThatThrownBy(parameter::tensor)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("in 8 bits, for inference only");
            Tensor input = torch.randn(2, 8);
            Tensor before = parameter.product(input, null);
            parameter.close();
            assertThat(shared.product(input, null).equal(before)).isTrue();
            assertThat(parameter.hasValues()).isFalse();
        }
    }

    @Test
    void onlyMatricesHaveThisForm() {
        try (Parameter parameter = new Parameter(Initializer.constant(1), 40)) {
            parameter.initialize(Devices.cpu(), torch.createCPUGenerator(1));
            assertThatThrownBy(() -> parameter.quantize(1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(
                            "only matrices on the CPU can be stored in 8 bits, not a parameter of shape [40]");
        }
    }

    private static Tensor integers(long rows, long columns, int first, int last) {
        return torch.randint(first, last + 1, new long[] {rows, columns}).toType(ScalarType.Float);
    }

    private static Tensor doubles(Tensor tensor) {
        return tensor.toType(ScalarType.Double);
    }
}
