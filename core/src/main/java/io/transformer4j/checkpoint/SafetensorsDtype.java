package io.transformer4j.checkpoint;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Element types of a safetensors file that libtorch has too, by their names in the file. They stand in the order in which a file's
 * tensors are laid out, largest alignment first, as the reference implementation (safetensors 0.8) orders them.
 */
public enum SafetensorsDtype {
    U64(8, ScalarType.UInt64),
    I64(8, ScalarType.Long),
    F64(8, ScalarType.Double),
    C64(8, ScalarType.ComplexFloat),
    F32(4, ScalarType.Float),
    U32(4, ScalarType.UInt32),
    I32(4, ScalarType.Int),
    BF16(2, ScalarType.BFloat16),
    F16(2, ScalarType.Half),
    U16(2, ScalarType.UInt16),
    I16(2, ScalarType.Short),
    F8_E5M2FNUZ(1, ScalarType.Float8_e5m2fnuz),
    F8_E4M3FNUZ(1, ScalarType.Float8_e4m3fnuz),
    F8_E8M0(1, ScalarType.Float8_e8m0fnu),
    F8_E4M3(1, ScalarType.Float8_e4m3fn),
    F8_E5M2(1, ScalarType.Float8_e5m2),
    I8(1, ScalarType.Char),
    U8(1, ScalarType.Byte),
    BOOL(1, ScalarType.Bool);

    private static final Map<String, SafetensorsDtype> BY_NAME =
            Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(Enum::name, Function.identity()));

    private final int bytes;
    private final ScalarType scalarType;

    SafetensorsDtype(int bytes, ScalarType scalarType) {
        this.bytes = bytes;
        this.scalarType = scalarType;
    }

    /** Bytes of one element. */
    public int bytes() {
        return bytes;
    }

    /** The same type in libtorch. */
    public ScalarType scalarType() {
        return scalarType;
    }

    /** The type called {@code name} in a file, if it is known. */
    public static Optional<SafetensorsDtype> byName(String name) {
        return Optional.ofNullable(BY_NAME.get(name));
    }

    /** The type for libtorch's {@code type}, if the format has it. */
    public static Optional<SafetensorsDtype> of(ScalarType type) {
        return Arrays.stream(values())
                .filter(d -> d.scalarType.value == type.value)
                .findFirst();
    }
}
