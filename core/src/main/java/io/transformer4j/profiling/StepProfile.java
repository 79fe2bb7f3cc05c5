package io.transformer4j.profiling;

import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where the time of a training step goes: the timeline of worker 0, whose operators were observed, on its part of the batch.
 *
 * @param title which model
 * @param workers that shared the batch
 * @param batchSize sequences of the batch, all workers together
 * @param length tokens of a sequence
 * @param steps that were observed; times are their means
 * @param stepSeconds a step under observation
 * @param unobservedSeconds a step of those between, without observation
 * @param operators in the order of the forward pass
 * @param phases the parts of a step outside of operators, in seconds
 * @param memory by kind
 * @param peak of one worker
 * @param trace of the last observed step
 */
public record StepProfile(
        String title,
        int workers,
        int batchSize,
        int length,
        int steps,
        double stepSeconds,
        double unobservedSeconds,
        List<OperatorProfile> operators,
        Map<Component, Double> phases,
        MemoryByKind memory,
        MachinePeak peak,
        List<TraceEvent> trace) {

    /** Layer 2 before layer 10. */
    private static final Comparator<String> LAYER_ORDER =
            Comparator.comparing(name -> name.replaceAll("(\\d+)", "00000$1").replaceAll("0*(\\d{6})", "$1"));

    /**
     * Memory of a training step.
     *
     * @param weights bytes
     * @param gradients bytes, of worker 0
     * @param optimizerState bytes
     * @param activations bytes that the forward pass leaves for the backward pass, as measured; 0 where the system doesn't tell
     * @param activationFormula the same by {@link ModelSummary#activationBytes}
     * @param peak bytes above weights and optimizer state at the fullest moment, as measured; gradients are among them
     */
    public record MemoryByKind(
            double weights,
            double gradients,
            double optimizerState,
            double activations,
            double activationFormula,
            double peak) {}

    /** Something that took its time, in microseconds from the step's begin. */
    public record TraceEvent(
            String name, String category, double start, double duration, Map<String, Object> details) {}

    /** Seconds of each component; they add up to the step but for what clocks miss. */
    public Map<Component, Double> seconds() {
        Map<Component, Double> seconds = new EnumMap<>(phases);
        operators.forEach(operator -> seconds.merge(operator.component(), operator.seconds(), Double::sum));
        return seconds;
    }

    /** What the operators and the named phases account for, as a part of the step. */
    public double accountedFor() {
        return seconds().entrySet().stream()
                        .filter(entry -> entry.getKey() != Component.BETWEEN)
                        .mapToDouble(Map.Entry::getValue)
                        .sum()
                / stepSeconds;
    }

    /** Seconds of each layer, and of what is outside of layers. */
    public Map<String, Double> secondsByLayer() {
        Map<String, Double> seconds = new TreeMap<>(LAYER_ORDER);
        operators.forEach(operator -> seconds.merge(operator.layer(), operator.seconds(), Double::sum));
        return seconds;
    }

    /** Operations of worker 0's forward and backward pass. */
    public double flops() {
        return operators.stream().mapToDouble(OperatorProfile::flops).sum();
    }

    /** Operations of a component. */
    public double flops(Component component) {
        return operators.stream()
                .filter(operator -> operator.component() == component)
                .mapToDouble(OperatorProfile::flops)
                .sum();
    }

    /** Operations a second over the whole step, as a part of what products reach at best. */
    public double utilization() {
        return flops() / stepSeconds / peak.flopsPerSecond();
    }
}
