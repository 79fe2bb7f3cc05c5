package io.transformer4j.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.transformer4j.torch.Precision;
import io.transformer4j.torch.TensorScope;
import java.util.List;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Products with matrices in parts, against the same in one piece. Parts here are smaller than a page that could be given back. */
class StoredMatrixTest {
    private static final long INPUTS = 24;

    private TensorScope scope;
    private Tensor input;
    private Tensor bias;
    /** One transposed in memory, two that aren't; 22 outputs together. */
    private List<Tensor> parts;

    private Tensor whole;

    @BeforeEach
    void open() {
        scope = new TensorScope();
        torch.manual_seed(20_261_129);
        input = torch.randn(5, INPUTS);
        bias = torch.randn(22);
        parts = List.of(torch.randn(INPUTS, 8).t(), torch.randn(8, INPUTS), torch.randn(6, INPUTS));
        whole = torch.cat(new TensorVector(parts.toArray(Tensor[]::new)), 0);
    }

    @AfterEach
    void close() {
        scope.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void theProductIsThatOfTheWhole(int count) {
        long outputs =
                parts.subList(0, count).stream().mapToLong(part -> part.size(0)).sum();
        Tensor expected = input.matmul(whole.narrow(0, 0, outputs).t());
        Tensor added = bias.narrow(0, 0, outputs);
        try (StoredMatrix matrix = StoredMatrix.of(parts.subList(0, count));
                NoGradGuard guard = new NoGradGuard()) {
            assertNear(matrix.multiply(input, null), expected, 1e-5);
            assertNear(matrix.multiply(input, added), expected.add(added), 1e-5);
        }
    }

    @Test
    void largePartsAreMultipliedByAnotherKernel() {
        Tensor rows = torch.randn(4, 700);
        Tensor added = torch.randn(1400);
        List<Tensor> large = List.of(torch.randn(700, 800).t(), torch.randn(600, 700));
        Tensor expected = rows.matmul(
                torch.cat(new TensorVector(large.get(0), large.get(1)), 0).t());
        try (StoredMatrix matrix = StoredMatrix.of(large);
                NoGradGuard guard = new NoGradGuard()) {
            assertNear(matrix.multiply(rows, null), expected, 1e-4);
            assertNear(matrix.multiply(rows, added), expected.add(added), 1e-4);
        }
    }

    @Test
    void someOfTheRowsAcrossParts() {
        try (StoredMatrix matrix = StoredMatrix.of(parts);
                NoGradGuard guard = new NoGradGuard()) {
            for (long first = 0; first < 22; first++) {
                for (long count = 1; first + count <= 22; count++) {
                    Tensor rows = whole.narrow(0, first, count);
                    assertNear(matrix.narrow(first, count).multiply(input, null), input.matmul(rows.t()), 1e-5);
                }
            }
        }
    }

    @Test
    void inLowPrecisionTheProductIsOfThatPrecision() {
        Tensor expected = input.matmul(whole.t()).add(bias);
        try (StoredMatrix matrix = StoredMatrix.of(parts);
                NoGradGuard guard = new NoGradGuard();
                Precision.Region region = Precision.BF16.enter(DeviceType.CPU)) {
            Tensor product = matrix.multiply(input, bias);
            assertThat(product.scalar_type().intern()).isEqualTo(ScalarType.BFloat16);
            assertNear(product.toType(ScalarType.Float), expected, 0.15);
        }
    }

    /** Without gradients the parts stay where they are; the first look at the whole puts them together, once. */
    @Test
    void aParameterIsPutTogetherOnlyForGradients() {
        try (Parameter parameter = new Parameter(Initializer.constant(0), 22, INPUTS)) {
            parameter.takeStored(parts);
            assertThat(parameter.hasValues()).isTrue();
            assertThat(parameter.bytes()).isEqualTo(22 * INPUTS * Float.BYTES);
            try (NoGradGuard guard = new NoGradGuard()) {
                parts.get(1).zero_(); // seen by products only as long as they use the parts
                whole.narrow(0, 8, 8).zero_();
                assertNear(parameter.product(input, null), input.matmul(whole.t()), 1e-5);
            }
            parameter.product(input, null).sum().backward();
            Tensor joined = parameter.tensor();
            assertThat(joined.is_contiguous()).isTrue();
            assertThat(joined.detach().equal(whole)).isTrue();
            assertNear(parameter.grad().orElseThrow(), input.sum(0).expand(22, INPUTS), 1e-5);
            assertThat(parameter.tensor().data_ptr().address())
                    .isEqualTo(joined.data_ptr().address());
        }
    }

    /** Of parts that a checkpoint has, or of a tensor; the values come back for gradients. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aTransposedParameterMultipliesAndIsLookedUpInAsBefore(boolean fromParts) {
        Tensor ids = Tensor.create(new long[] {21, 0, 8});
        try (Parameter parameter = new Parameter(Initializer.constant(0), 22, INPUTS)) {
            if (fromParts) {
                parameter.takeStored(parts);
            } else {
                parameter.take(whole.clone());
            }
            parameter.transposeInMemory();
            parameter.transposeInMemory(); // the second time there is nothing to do
            assertThat(parameter.bytes()).isEqualTo(22 * INPUTS * Float.BYTES);
            try (NoGradGuard guard = new NoGradGuard()) {
                assertNear(parameter.product(input, null), input.matmul(whole.t()), 1e-5);
                assertNear(
                        parameter.product(input, null, 5, 9),
                        input.matmul(whole.narrow(0, 5, 9).t()),
                        1e-5);
                assertThat(parameter.rows(ids).equal(whole.index_select(0, ids)))
                        .isTrue();
            }
            parameter.product(input, null).sum().backward();
            assertThat(parameter.tensor().is_contiguous()).isTrue();
            assertThat(parameter.tensor().detach().equal(whole)).isTrue();
            assertNear(parameter.grad().orElseThrow(), input.sum(0).expand(22, INPUTS), 1e-5);
        }
    }

    @Test
    void aParameterRefusesPartsOfAnotherShape() {
        try (Parameter parameter = new Parameter(Initializer.constant(0), 23, INPUTS)) {
            assertThatThrownBy(() -> parameter.takeStored(parts))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("values of shape [22, 24] don't fit a parameter of shape [23, 24]");
        }
    }

    private static void assertNear(Tensor actual, Tensor expected, double tolerance) {
        assertThat(actual.sub(expected).abs().max().item_double()).isLessThan(tolerance);
    }
}
