package io.transformer4j.hub;

import java.time.Duration;

/**
 * How often and how long to wait for a hub that fails.
 *
 * @param attempts how often a request is made before giving up; one that brought new bytes doesn't count
 * @param firstDelay before the second attempt; each further one is twice as long
 * @param longestDelay of those
 * @param longestRetryAfter the longest that a hub may ask us to wait; if it asks for more, we give up
 */
public record RetryPolicy(int attempts, Duration firstDelay, Duration longestDelay, Duration longestRetryAfter) {
    /** Five attempts after 1, 2, 4 and 8 seconds. */
    public static final RetryPolicy DEFAULT =
            new RetryPolicy(5, Duration.ofSeconds(1), Duration.ofSeconds(30), Duration.ofMinutes(5));

    public RetryPolicy {
        if (attempts < 1) {
            throw new IllegalArgumentException("attempts must be at least 1, but is " + attempts);
        }
    }
}
