package io.transformer4j.torch;

import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Arithmetic in 8 bits: oneDNN's integer product (VNNI instructions where the processor has them) and FBGEMM's one-pass
 * quantization of rows. ADR 0009 has the figures. CPU only; thread-safe.
 */
public final class Int8 {
    /** FBGEMM's numbers start at 0, the product's at -128. */
    private static final int SHIFT = 128;

    /** Behind each row: its scale and its smallest value, float32. */
    private static final long PARAMETER_BYTES = 2L * Float.BYTES;

    private static final class Holder {
        static final NativeOperator PRODUCT = new NativeOperator("aten::_int_mm(Tensor self, Tensor mat2) -> Tensor");
        static final NativeOperator QUANTIZE =
                new NativeOperator("quantized::embedding_bag_byte_prepack(Tensor weight) -> Tensor");
    }

    private Int8() {}

    /**
     * The exact product of integer matrices.
     *
     * @param left {@code [rows, inner]} int8
     * @param right {@code [inner, columns]} int8; its transpose contiguous is the fast form for few rows
     * @return {@code [rows, columns]} int32
     */
    public static Tensor product(Tensor left, Tensor right) {
        return Holder.PRODUCT.call(left, right)[0];
    }

    /**
     * Rows in 8 bits, each by its own range: {@code row ≈ scale · values + offset}, off by half of {@code scale} at most (and
     * float32's rounding), which is 1/510 of what lies between its smallest and largest element.
     *
     * @param values {@code [rows, size]} int8
     * @param scale {@code [rows, 1]} float32
     * @param offset {@code [rows, 1]} float32
     */
    public record Rows(Tensor values, Tensor scale, Tensor offset) {
        /** What the rows stand for, {@code [rows, size]} float32. */
        public Tensor dequantized() {
            return values.toType(ScalarType.Float).mul_(scale).add_(offset);
        }
    }

    /** Brings rows {@code [rows, size]}, float32, to 8 bits. */
    public static Rows quantize(Tensor rows) {
        Tensor packed = Holder.QUANTIZE.call(rows.contiguous())[0]; // [rows, size + 8] uint8
        long size = rows.size(1);
        Tensor values = packed.narrow(1, 0, size)
                .bitwise_xor(new Scalar(SHIFT)) // in two's complement, 128 less
                .view(ScalarType.Char);
        // A copy, since floats must not begin anywhere.
        Tensor parameters = packed.narrow(1, size, PARAMETER_BYTES)
                .clone(new MemoryFormatOptional(MemoryFormat.Contiguous))
                .view(ScalarType.Float); // [rows, 2]
        Tensor scale = parameters.narrow(1, 0, 1);
        return new Rows(values, scale, parameters.narrow(1, 1, 1).add(scale, new Scalar(SHIFT)));
    }
}
