package io.transformer4j.tracking;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * One message in Protocol Buffers' wire format, written field by field in the order of the calls.
 *
 * <p>Just what TensorBoard's {@code event.proto} and {@code summary.proto} need; the field numbers are the caller's.
 */
final class ProtoMessage {

    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int LENGTH_DELIMITED = 2;
    private static final int FIXED32 = 5;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    ProtoMessage varint(int field, long value) {
        key(field, VARINT);
        rawVarint(value);
        return this;
    }

    ProtoMessage fixed32(int field, float value) {
        key(field, FIXED32);
        bytes.writeBytes(littleEndian(Float.floatToRawIntBits(value), Float.BYTES));
        return this;
    }

    ProtoMessage fixed64(int field, double value) {
        key(field, FIXED64);
        bytes.writeBytes(littleEndian(Double.doubleToRawLongBits(value), Double.BYTES));
        return this;
    }

    ProtoMessage bytes(int field, byte[] value) {
        key(field, LENGTH_DELIMITED);
        rawVarint(value.length);
        bytes.writeBytes(value);
        return this;
    }

    ProtoMessage string(int field, String value) {
        return bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    ProtoMessage message(int field, ProtoMessage value) {
        return bytes(field, value.toByteArray());
    }

    /** A repeated field in packed form. */
    ProtoMessage doubles(int field, double[] values) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream(values.length * Double.BYTES);
        for (double value : values) {
            packed.writeBytes(littleEndian(Double.doubleToRawLongBits(value), Double.BYTES));
        }
        return bytes(field, packed.toByteArray());
    }

    byte[] toByteArray() {
        return bytes.toByteArray();
    }

    /** The low {@code size} bytes of {@code bits}, lowest first. */
    static byte[] littleEndian(long bits, int size) {
        byte[] bytes = new byte[size];
        for (int i = 0; i < size; i++) {
            bytes[i] = (byte) (bits >>> (8 * i));
        }
        return bytes;
    }

    private void key(int field, int wireType) {
        rawVarint(((long) field << 3) | wireType);
    }

    /** Seven bits a byte, low ones first; negative numbers take ten bytes. */
    private void rawVarint(long value) {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            bytes.write((int) (rest & 0x7F) | 0x80);
            rest >>>= 7;
        }
        bytes.write((int) rest);
    }
}
