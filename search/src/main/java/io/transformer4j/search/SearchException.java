package io.transformer4j.search;

/** An index, or a text for it, can't be used; the message is one sentence with the place. */
public final class SearchException extends RuntimeException {
    private static final long serialVersionUID = 1;

    SearchException(String message) {
        super(message);
    }

    SearchException(String message, Throwable cause) {
        super(message, cause);
    }
}
