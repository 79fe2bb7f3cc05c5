package io.transformer4j.onnx;

import io.transformer4j.protobuf.ProtobufException;
import io.transformer4j.protobuf.ProtobufReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A constant of a graph (ONNX {@code TensorProto}). Its values stay in the file's bytes until they are asked for.
 *
 * @param shape empty for a scalar
 * @param type of the elements, by ONNX's number
 * @param raw values as little-endian bytes; empty if they stand in {@code numbers}
 * @param numbers values as a packed protobuf field: {@code float_data}, {@code int32_data} (FLOAT16) or {@code int64_data}
 */
record OnnxTensor(String name, List<Long> shape, int type, ByteBuffer raw, ByteBuffer numbers) {
    static final int FLOAT = 1;
    static final int INT64 = 7;
    static final int FLOAT16 = 10;

    private static final int EXTERNAL = 1;
    private static final int MAX_DIMENSIONS = 8;
    private static final List<String> TYPES = List.of(
            "UNDEFINED",
            "FLOAT",
            "UINT8",
            "INT8",
            "UINT16",
            "INT16",
            "INT32",
            "INT64",
            "STRING",
            "BOOL",
            "FLOAT16",
            "DOUBLE");
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    static OnnxTensor read(ProtobufReader in) {
        String name = "";
        List<Long> shape = new ArrayList<>();
        int type = 0;
        ByteBuffer raw = NOTHING;
        ByteBuffer numbers = NOTHING;
        boolean external = false;
        for (int field = in.nextField(); field != ProtobufReader.END; field = in.nextField()) {
            switch (field) {
                case 1 -> readShape(in, shape);
                case 2 -> type = (int) in.varint();
                case 4, 5, 7 -> numbers = readNumbers(in, numbers);
                case 8 -> name = in.string();
                case 9 -> raw = in.bytes();
                case 14 -> external = in.varint() == EXTERNAL;
                default -> in.skip();
            }
        }
        if (external) {
            throw new ProtobufException("the tensor " + OnnxGraph.quoted(name)
                    + " has its values in another file (external data): save the graph in one file");
        }
        return new OnnxTensor(name, List.copyOf(shape), type, raw, numbers);
    }

    private static void readShape(ProtobufReader in, List<Long> shape) {
        if (in.wireType() == ProtobufReader.VARINT) {
            shape.add(in.varint());
        } else {
            ProtobufReader packed = in.message();
            while (packed.hasMore() && shape.size() <= MAX_DIMENSIONS) {
                shape.add(packed.varint());
            }
        }
        if (shape.size() > MAX_DIMENSIONS) {
            throw new ProtobufException("a tensor has more than " + MAX_DIMENSIONS + " dimensions");
        }
    }

    private static ByteBuffer readNumbers(ProtobufReader in, ByteBuffer before) {
        if (in.wireType() != ProtobufReader.LENGTH_DELIMITED || before.hasRemaining()) {
            throw new ProtobufException("a tensor's values are not packed: save the graph with raw_data");
        }
        return in.bytes();
    }

    /**
     * Number of elements.
     *
     * @throws ProtobufException if the shape is impossible
     */
    long elements() {
        long elements = 1;
        for (long size : shape) {
            if (size < 0) {
                throw new ProtobufException(this + " has a negative size");
            }
            try {
                elements = Math.multiplyExact(elements, size);
            } catch (ArithmeticException e) {
                throw new ProtobufException(this + " has more elements than can be");
            }
        }
        return elements;
    }

    boolean isFloatingPoint() {
        return type == FLOAT || type == FLOAT16;
    }

    /**
     * All values, row by row. Nothing is allocated before the file is known to have as many.
     *
     * @throws ProtobufException if the type isn't FLOAT or FLOAT16, or the file has more or fewer values than the shape
     */
    float[] floats() {
        if (!isFloatingPoint()) {
            throw new ProtobufException(this + " must be FLOAT or FLOAT16");
        }
        int width = type == FLOAT ? Float.BYTES : Short.BYTES;
        if (numbers.hasRemaining() && type == FLOAT16) {
            return halvesFromVarints();
        }
        ByteBuffer bytes = (raw.hasRemaining() ? raw : numbers).duplicate().order(ByteOrder.LITTLE_ENDIAN);
        float[] values = new float[count(bytes.remaining(), width)];
        for (int i = 0; i < values.length; i++) {
            values[i] = type == FLOAT ? bytes.getFloat() : half(bytes.getShort());
        }
        return values;
    }

    /** FLOAT16 without raw_data: the bits of each as a varint. */
    private float[] halvesFromVarints() {
        long elements = elements();
        if (elements > numbers.remaining()) { // each takes a byte at least
            throw wrongCount(numbers.remaining() + " bytes of values");
        }
        float[] values = new float[(int) elements];
        ProtobufReader in = new ProtobufReader(numbers);
        for (int i = 0; i < values.length; i++) {
            values[i] = half((short) in.varint());
        }
        if (in.hasMore()) {
            throw wrongCount("more values");
        }
        return values;
    }

    /**
     * All values of an INT64 constant, such as a shape.
     *
     * @throws ProtobufException if the type is another one or the count is wrong
     */
    long[] longs() {
        if (type != INT64) {
            throw new ProtobufException(this + " must be INT64");
        }
        if (numbers.hasRemaining()) {
            long elements = elements();
            if (elements > numbers.remaining()) {
                throw wrongCount(numbers.remaining() + " bytes of values");
            }
            long[] values = new long[(int) elements];
            ProtobufReader in = new ProtobufReader(numbers);
            for (int i = 0; i < values.length; i++) {
                values[i] = in.varint();
            }
            return values;
        }
        long[] values = new long[count(raw.remaining(), Long.BYTES)];
        raw.duplicate().order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().get(values);
        return values;
    }

    private int count(int bytes, int width) {
        if (elements() != bytes / width || bytes % width != 0) {
            throw wrongCount(bytes + " bytes of values");
        }
        return bytes / width;
    }

    private ProtobufException wrongCount(String found) {
        return new ProtobufException(this + " has " + found + ", which its shape does not ask for");
    }

    /** IEEE 754 half precision; Java has this from version 20 on. */
    private static float half(short bits) {
        int exponent = bits >>> 10 & 0x1F;
        int fraction = bits & 0x3FF;
        float size = switch (exponent) {
            case 0 -> fraction * 0x1p-24f;
            case 31 -> fraction == 0 ? Float.POSITIVE_INFINITY : Float.NaN;
            default -> Math.scalb(1 + fraction * 0x1p-10f, exponent - 15);
        };
        return bits < 0 ? -size : size;
    }

    @Override
    public String toString() {
        String kind = type >= 0 && type < TYPES.size() ? TYPES.get(type) : String.format(Locale.ROOT, "type %d", type);
        return "the tensor " + OnnxGraph.quoted(name) + " (" + kind + " " + shape + ")";
    }
}
