package io.transformer4j.protobuf;

/** Bytes that aren't what they should be. The message says what is wrong, but not in which file: the caller knows. */
public final class ProtobufException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** A clause such as {@code it is cut short}. */
    public ProtobufException(String message) {
        super(message);
    }
}
