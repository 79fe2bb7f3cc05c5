package io.transformer4j.tokenizers.sentencepiece;

import io.transformer4j.tokenizers.text.TokenizerException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** The few parts of protocol buffers' wire format that a SentencePiece model needs. */
final class ProtobufReader {

    static final int VARINT = 0;
    private static final int FIXED64 = 1;
    static final int LENGTH_DELIMITED = 2;
    static final int FIXED32 = 5;

    private final ByteBuffer in;
    private int wireType;

    ProtobufReader(ByteBuffer in) {
        this.in = in.slice().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The number of the next field, or 0 at the end. */
    int nextField() {
        if (!in.hasRemaining()) {
            return 0;
        }
        long tag = varint();
        wireType = (int) tag & 7;
        return (int) (tag >>> 3);
    }

    long varint() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            byte b = need(1).get();
            value |= (long) (b & 0x7F) << shift;
            if (b >= 0) {
                return value;
            }
        }
        throw new TokenizerException("a number has more than ten bytes");
    }

    float fixedFloat() {
        return need(4).getFloat();
    }

    ByteBuffer bytes() {
        long length = varint();
        if (length < 0 || length > in.remaining()) {
            throw new TokenizerException("a field of " + length + " bytes goes beyond the end");
        }
        ByteBuffer field = in.slice(in.position(), (int) length);
        in.position(in.position() + (int) length);
        return field;
    }

    String string() {
        return StandardCharsets.UTF_8.decode(bytes()).toString();
    }

    void skip() {
        switch (wireType) {
            case VARINT -> varint();
            case FIXED64 -> need(8).getLong();
            case LENGTH_DELIMITED -> bytes();
            case FIXED32 -> need(4).getInt();
            default -> throw new TokenizerException("wire type " + wireType + " is unknown");
        }
    }

    private ByteBuffer need(int count) {
        if (in.remaining() < count) {
            throw new TokenizerException("it is cut short");
        }
        return in;
    }
}
