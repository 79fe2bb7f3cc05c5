package io.transformer4j.hub;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The pauses between the attempts of one request: longer each time, and of random length so that clients don't return together. */
final class Backoff {
    private static final Logger LOG = LoggerFactory.getLogger(Backoff.class);

    private final RetryPolicy policy;
    private final RandomGenerator random;
    private final String what;
    private int failures;

    /** For a request that messages call {@code what}. */
    Backoff(RetryPolicy policy, RandomGenerator random, String what) {
        this.policy = policy;
        this.random = random;
        this.what = what;
    }

    /** Forgets earlier failures, since the last attempt got further. */
    void reset() {
        failures = 0;
    }

    /**
     * Waits before the next attempt.
     *
     * @throws HubException.Unreachable if there shall be none
     */
    void pause(IOException failure) {
        failures++;
        Duration asked =
                failure instanceof TransientException e ? e.retryAfter().orElse(Duration.ZERO) : Duration.ZERO;
        if (failures >= policy.attempts()) {
            throw new HubException.Unreachable(
                    what + " failed " + failures + " times, the last time because " + reason(failure), failure);
        }
        if (asked.compareTo(policy.longestRetryAfter()) > 0) {
            throw new HubException.Unreachable(
                    what + " failed because " + reason(failure) + "; the hub asks to try again after "
                            + asked.toSeconds() + " s",
                    failure);
        }
        Duration delay = delay(failures - 1);
        delay = delay.compareTo(asked) < 0 ? asked : delay;
        LOG.info("{}: {}; trying again in {} ms", what, reason(failure), delay.toMillis());
        sleep(delay);
    }

    /** Between half and all of {@code first · 2ⁿ}, at most the longest. */
    private Duration delay(int exponent) {
        long longest = policy.longestDelay().toMillis();
        long full = Math.min(longest, policy.firstDelay().toMillis() << Math.min(exponent, 30));
        return Duration.ofMillis(full / 2 + random.nextLong(full / 2 + 1));
    }

    private static void sleep(Duration delay) {
        try {
            Thread.sleep(delay.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(new InterruptedIOException("interrupted"));
        }
    }

    static String reason(IOException failure) {
        String message = failure.getMessage();
        String type = failure.getClass().getSimpleName();
        return message == null || message.isBlank() ? type : message;
    }
}
