package io.transformer4j.torch;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Copies the elements of a tensor on any device into Java arrays, row by row. */
public final class TensorData {
    private TensorData() {}

    /** The elements as {@code long}; the tensor must be of an integer type. */
    public static long[] longs(Tensor tensor) {
        try (TensorScope scope = new TensorScope()) {
            long[] values = new long[Math.toIntExact(tensor.numel())];
            tensor.detach()
                    .cpu()
                    .toType(ScalarType.Long)
                    .contiguous()
                    .data_ptr_long()
                    .get(values);
            return values;
        }
    }

    /** The elements as {@code float}. */
    public static float[] floats(Tensor tensor) {
        try (TensorScope scope = new TensorScope()) {
            float[] values = new float[Math.toIntExact(tensor.numel())];
            tensor.detach()
                    .cpu()
                    .toType(ScalarType.Float)
                    .contiguous()
                    .data_ptr_float()
                    .get(values);
            return values;
        }
    }
}
