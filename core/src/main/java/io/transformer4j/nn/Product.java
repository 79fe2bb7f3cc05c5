package io.transformer4j.nn;

import io.transformer4j.torch.OneDnn;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** Products with matrices of weights: the one place that chooses whose kernel computes them. */
final class Product {
    /** Multiplications up to which OpenBLAS doesn't copy the matrix first (its {@code GEMM_SMALL_MATRIX_PERMIT}). */
    private static final double SMALL = 1e6;

    private Product() {}

    /**
     * {@code x Wᵀ + b}.
     *
     * @param input {@code [rows, inputs]}
     * @param matrix {@code [outputs, inputs]}, of any strides
     * @param bias {@code [outputs]}, or null
     * @return {@code [rows, outputs]}
     */
    static Tensor of(Tensor input, Tensor matrix, @Nullable Tensor bias) {
        if (isOneDnns(input, matrix)) {
            return OneDnn.product(input, matrix, bias);
        }
        return bias == null ? torch.mm(input, matrix.t()) : torch.addmm(bias, input, matrix.t());
    }

    /** Whether oneDNN computes the product. */
    static boolean isOneDnns(Tensor input, Tensor matrix) {
        return (double) input.size(0) * matrix.numel() > SMALL
                && !GradMode.is_enabled()
                && isDense(matrix)
                && OneDnn.takes(input);
    }

    /** With gaps between rows or columns, oneDNN has only its reference implementation, a hundred times as slow. */
    private static boolean isDense(Tensor matrix) {
        long outputs = matrix.size(0);
        long inputs = matrix.size(1);
        return (matrix.stride(1) == 1 && matrix.stride(0) == inputs)
                || (matrix.stride(0) == 1 && matrix.stride(1) == outputs);
    }
}
