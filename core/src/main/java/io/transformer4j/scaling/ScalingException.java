package io.transformer4j.scaling;

/** A law that can't be fitted to the given runs: too few of them, or a search that doesn't end at a minimum. */
public final class ScalingException extends RuntimeException {

    /** One sentence: what is missing or went wrong, and what would help. */
    public ScalingException(String message) {
        super(message);
    }
}
