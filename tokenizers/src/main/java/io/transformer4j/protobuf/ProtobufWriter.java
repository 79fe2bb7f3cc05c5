package io.transformer4j.protobuf;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Writes the fields of one message: the counterpart of {@link ProtobufReader}. Not thread-safe. */
public final class ProtobufWriter {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /** An integer. */
    public ProtobufWriter varint(int field, long value) {
        raw((long) field << 3 | ProtobufReader.VARINT);
        raw(value);
        return this;
    }

    /** A {@code float}. */
    public ProtobufWriter fixedFloat(int field, float value) {
        raw((long) field << 3 | ProtobufReader.FIXED32);
        int bits = Float.floatToIntBits(value);
        for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
            out.write(bits >>> shift);
        }
        return this;
    }

    /** Bytes. */
    public ProtobufWriter bytes(int field, byte[] value) {
        raw((long) field << 3 | ProtobufReader.LENGTH_DELIMITED);
        raw(value.length);
        out.writeBytes(value);
        return this;
    }

    /** A text. */
    public ProtobufWriter string(int field, String value) {
        return bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    /** A nested message. */
    public ProtobufWriter message(int field, ProtobufWriter message) {
        return bytes(field, message.toBytes());
    }

    /** The message so far. */
    public byte[] toBytes() {
        return out.toByteArray();
    }

    private void raw(long value) {
        long rest = value;
        for (; (rest & ~0x7FL) != 0; rest >>>= 7) {
            out.write((int) (rest & 0x7F) | 0x80);
        }
        out.write((int) rest);
    }
}
