package io.transformer4j.data;

/**
 * Something is wrong with a corpus or a token cache: the message is one sentence that names the file, the place in it and
 * what would be right.
 */
public final class DataException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** An error found in the data itself. */
    public DataException(String message) {
        super(message);
    }

    /** An error of the file system or of a decoder below, which stays attached. */
    public DataException(String message, Throwable cause) {
        super(message, cause);
    }
}
