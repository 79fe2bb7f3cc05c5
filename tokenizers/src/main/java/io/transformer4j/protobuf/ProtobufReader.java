package io.transformer4j.protobuf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Reads the fields of one message, in the order of its bytes. Nested messages and byte fields are views of the same buffer.
 * Not thread-safe.
 */
public final class ProtobufReader {
    /** What {@link #nextField} gives at the end of the message; no field has this number. */
    public static final int END = 0;

    /** Wire type of integers. */
    public static final int VARINT = 0;

    private static final int FIXED64 = 1;

    /** Wire type of texts, bytes, messages and packed numbers. */
    public static final int LENGTH_DELIMITED = 2;

    /** Wire type of {@code float}. */
    public static final int FIXED32 = 5;

    private final ByteBuffer in;
    private int wireType;

    /** A reader of what remains in {@code in}, whose position stays as it is. */
    public ProtobufReader(ByteBuffer in) {
        this.in = in.slice().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The number of the next field, or {@link #END}. */
    public int nextField() {
        if (!in.hasRemaining()) {
            return END;
        }
        long tag = varint();
        wireType = (int) tag & 7;
        long field = tag >>> 3;
        if (field < 1 || field >= 1 << 29) {
            throw new ProtobufException("a field has the impossible number " + field);
        }
        return (int) field;
    }

    /** The wire type of the current field. */
    public int wireType() {
        return wireType;
    }

    /** The next integer. */
    public long varint() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            byte b = need(1).get();
            value |= (long) (b & 0x7F) << shift;
            if (b >= 0) {
                return value;
            }
        }
        throw new ProtobufException("a number has more than ten bytes");
    }

    /** The next {@code float}. */
    public float fixedFloat() {
        return need(4).getFloat();
    }

    /** The bytes of the current field: a little-endian view. */
    public ByteBuffer bytes() {
        long length = varint();
        if (length < 0 || length > in.remaining()) {
            throw new ProtobufException("a field of " + length + " bytes goes beyond the end");
        }
        ByteBuffer field = in.slice(in.position(), (int) length).order(ByteOrder.LITTLE_ENDIAN);
        in.position(in.position() + (int) length);
        return field;
    }

    /** The text of the current field; bytes that aren't UTF-8 become U+FFFD. */
    public String string() {
        return StandardCharsets.UTF_8.decode(bytes()).toString();
    }

    /** The message of the current field. */
    public ProtobufReader message() {
        return new ProtobufReader(bytes());
    }

    /** Whether there is anything left, for packed numbers. */
    public boolean hasMore() {
        return in.hasRemaining();
    }

    /** Passes over the current field. */
    public void skip() {
        switch (wireType) {
            case VARINT -> varint();
            case FIXED64 -> need(8).getLong();
            case LENGTH_DELIMITED -> bytes();
            case FIXED32 -> need(4).getInt();
            default -> throw new ProtobufException("wire type " + wireType + " is unknown");
        }
    }

    private ByteBuffer need(int count) {
        if (in.remaining() < count) {
            throw new ProtobufException("it is cut short");
        }
        return in;
    }
}
