package io.transformer4j.torch;

import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * oneDNN's product with a matrix of weights, without gradients. OpenBLAS copies the matrix into an order of its own for each
 * product that isn't small, which for few rows costs several times the product; oneDNN reads it where it is. ADR 0002 has
 * the figures. CPU only; thread-safe.
 */
public final class OneDnn {
    private static final boolean AVAILABLE = torch.hasMKLDNN();

    private static final class Holder {
        static final NativeOperator PRODUCT = new NativeOperator(
                "mkldnn::_linear_pointwise(Tensor X, Tensor W, Tensor? B, str attr, Scalar?[] scalars, str? algorithm)"
                        + " -> Tensor Y");
        static final IValue NO_ACTIVATION = TensorScope.retain(new IValue("none"));
        static final IValue NO_SCALARS = TensorScope.retain(noScalars());

        private static IValue noScalars() {
            try (TensorScope scope = new TensorScope()) {
                return scope.keep(new IValue(new GenericList(PRODUCT.operator()
                        .schema()
                        .arguments()
                        .getPointer(4)
                        .type()
                        .get()
                        .containedType(0)))); // the list must know what it has none of
            }
        }
    }

    private OneDnn() {}

    /** Whether {@link #product} takes this input in the precision that is set: float32 on the CPU. */
    public static boolean takes(Tensor input) {
        return AVAILABLE
                && input.is_cpu()
                && input.scalar_type().intern() == ScalarType.Float
                && Precision.current(DeviceType.CPU) == Precision.FP32;
    }

    /**
     * {@code x Wᵀ + b}.
     *
     * @param input {@code [rows, inputs]} float32
     * @param matrix {@code [outputs, inputs]} float32, without gaps: contiguous by rows or by columns
     * @param bias {@code [outputs]} float32, or null
     * @return {@code [rows, outputs]} without gradient, owned by the open scope
     */
    public static Tensor product(Tensor input, Tensor matrix, @Nullable Tensor bias) {
        return Holder.PRODUCT.call(input, matrix, bias, Holder.NO_ACTIVATION, Holder.NO_SCALARS, null)[0];
    }
}
