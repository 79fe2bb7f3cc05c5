package io.transformer4j.training;

/**
 * When the parts of a step ended, as {@link System#nanoTime}.
 *
 * @param began the step began
 * @param loaded its batches were there
 * @param computed all workers had their gradients
 * @param reduced the gradients were summed over the workers, and their norm was known
 * @param ended weights were updated and gradients dropped
 */
public record StepTimes(long began, long loaded, long computed, long reduced, long ended) {
    /** Duration of the step. */
    public double seconds() {
        return (ended - began) / 1e9;
    }
}
