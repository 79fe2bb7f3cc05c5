package io.transformer4j.hub;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A failure that may be over in a moment: the same request may be made again. */
final class TransientException extends IOException {
    private static final long serialVersionUID = 1L;

    private final transient @Nullable Duration retryAfter;

    TransientException(String message, @Nullable Duration retryAfter) {
        super(message);
        this.retryAfter = retryAfter;
    }

    /** How long the hub asks us to wait. */
    Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }
}
