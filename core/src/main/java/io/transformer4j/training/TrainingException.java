package io.transformer4j.training;

/** A run that can't go on; the message says what the user can do. */
public final class TrainingException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** An exception with one clear sentence. */
    public TrainingException(String message) {
        super(message);
    }
}
