package io.transformer4j.nn;

import io.transformer4j.torch.Int8;
import io.transformer4j.torch.TensorScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * A matrix in 8 bits: row {@code r} is {@code scale[r] · values[r]}, with values in [-127, 127]. In a product {@code x Wᵀ} the
 * rows of {@code x} become integers too, each by its own range, so that a row's result doesn't depend on the others:
 * {@code x ≈ Σ s_p q_p + o}, one or two planes of 8 bits, the second of what the first left. With one plane (dynamic
 * quantization) the product is fastest; with two, {@code x} has 16 bits, and what is lost is lost in the weights.
 *
 * <p>Immutable and thread-safe; the memory lives outside all scopes until {@link #close}.
 */
final class QuantizedMatrix implements AutoCloseable {
    private static final int LARGEST = 127;
    /** Rows that are brought to 8 bits together: the float32 intermediate results stay small. */
    private static final long BLOCK_ROWS = 1024;

    private final int planes;
    /** {@code [outputs, inputs]} int8. */
    private final Tensor values;
    /** {@code [outputs]} float32. */
    private final Tensor scales;
    /** What an input of ones gives, {@code [outputs]} float32. */
    private final Tensor sums;

    private QuantizedMatrix(int planes, Tensor values, Tensor scales, Tensor sums) {
        this.planes = planes;
        this.values = values;
        this.scales = scales;
        this.sums = sums;
    }

    /**
     * A matrix in 8 bits.
     *
     * @param matrix {@code [outputs, inputs]} float32 on the CPU
     * @param planes 1 or 2: how many bytes an element of an input gets
     */
    static QuantizedMatrix of(Tensor matrix, int planes) {
        long outputs = matrix.size(0);
        try (TensorScope scope = new TensorScope();
                NoGradGuard guard = new NoGradGuard()) {
            Tensor values = matrix.new_empty(matrix.sizes().vec().get()).toType(ScalarType.Char);
            Tensor scales = matrix.new_empty(outputs);
            Tensor sums = matrix.new_empty(outputs);
            for (long first = 0; first < outputs; first += BLOCK_ROWS) {
                long count = Math.min(BLOCK_ROWS, outputs - first);
                try (TensorScope block = new TensorScope()) {
                    fill(
                            matrix.detach().narrow(0, first, count),
                            values.narrow(0, first, count),
                            scales.narrow(0, first, count),
                            sums.narrow(0, first, count));
                }
            }
            return new QuantizedMatrix(
                    planes, TensorScope.retain(values), TensorScope.retain(scales), TensorScope.retain(sums));
        }
    }

    private static void fill(Tensor rows, Tensor values, Tensor scales, Tensor sums) {
        Tensor largest = rows.abs().amax(new long[] {1}, false);
        scales.copy_(largest.div(new Scalar((double) LARGEST)));
        // A row of zeros has the scale 0, and any divisor gives it zeros.
        Tensor divisor =
                scales.masked_fill(scales.eq(new Scalar(0.0)), new Scalar(1.0)).unsqueeze(1);
        Tensor rounded = rows.div(divisor).round_();
        values.copy_(rounded);
        sums.copy_(rounded.sum(new long[] {1}, false, new ScalarTypeOptional()).mul_(scales));
    }

    /**
     * {@code x Wᵀ + b}.
     *
     * @param input {@code [rows, inputs]} float32
     * @param bias {@code [outputs]}, or null
     * @return {@code [rows, outputs]} float32
     */
    Tensor multiply(Tensor input, @Nullable Tensor bias) {
        Tensor columns = values.t();
        Tensor rest = input.toType(ScalarType.Float);
        Tensor sum = null;
        Tensor offset = null;
        for (int plane = 1; plane <= planes; plane++) {
            Int8.Rows rows = Int8.quantize(rest);
            Tensor product = Int8.product(rows.values(), columns)
                    .toType(ScalarType.Float)
                    .mul_(rows.scale());
            sum = sum == null ? product : sum.add_(product);
            offset = offset == null ? rows.offset() : offset.add(rows.offset());
            if (plane < planes) {
                rest = rest.sub(rows.dequantized());
            }
        }
        sum.mul_(scales);
        return bias == null
                ? sum.addmm_(offset, sums.unsqueeze(0))
                : sum.addmm_(
                        torch.cat(new TensorVector(offset, torch.ones_like(offset)), 1), // [rows, 2]
                        torch.stack(new TensorVector(sums, bias), 0)); // [2, outputs]
    }

    /** Rows {@code ids} of the matrix, {@code [ids, inputs]} float32. */
    Tensor rows(Tensor ids) {
        return values.index_select(0, ids)
                .toType(ScalarType.Float)
                .mul_(scales.index_select(0, ids).unsqueeze(1));
    }

    /** A view of some of the rows, which belong to this matrix. */
    QuantizedMatrix narrow(long first, long count) {
        return new QuantizedMatrix(
                planes, values.narrow(0, first, count), scales.narrow(0, first, count), sums.narrow(0, first, count));
    }

    /** The same memory with an owner more, who closes it too. */
    QuantizedMatrix share() {
        return new QuantizedMatrix(
                planes, TensorScope.retain(values), TensorScope.retain(scales), TensorScope.retain(sums));
    }

    /** Bytes of the memory. */
    long bytes() {
        return values.nbytes() + scales.nbytes() + sums.nbytes();
    }

    @Override
    public void close() {
        TensorScope.release(values);
        TensorScope.release(scales);
        TensorScope.release(sums);
    }
}
