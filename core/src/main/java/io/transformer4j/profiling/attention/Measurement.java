package io.transformer4j.profiling.attention;

import java.util.OptionalLong;

/**
 * What a workload cost.
 *
 * @param seconds median over the repetitions
 * @param cpuSeconds of all threads, median over the repetitions: what it would cost on a busy machine too
 * @param peakBytes most memory in use above the inputs (and, for backward, the gradient that comes in); empty where the
 *     system doesn't tell
 * @param repetitions timed
 */
public record Measurement(
        Workload workload, double seconds, double cpuSeconds, OptionalLong peakBytes, int repetitions) {
    Measurement withoutPeak() {
        return new Measurement(workload, seconds, cpuSeconds, OptionalLong.empty(), repetitions);
    }
}
