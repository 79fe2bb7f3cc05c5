package io.transformer4j.profiling;

import io.transformer4j.nn.Operator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An operator of a model in a step: measured times, and what it costs by formula.
 *
 * @param path of its module, such as {@code transformer.layers.0.attention.output}
 * @param calls how often it ran in a step
 * @param cost of all calls of a step together
 * @param forwardSeconds mean of the steps
 * @param backwardSeconds mean of the steps
 */
public record OperatorProfile(
        String path, Component component, int calls, Operator cost, double forwardSeconds, double backwardSeconds) {

    private static final Pattern LAYER = Pattern.compile("(.*layers\\.\\d+)(\\..*)?");

    /** What limits an operator on a machine. */
    public enum Bound {
        /** Arithmetic. */
        COMPUTE,
        /** Memory. */
        BANDWIDTH
    }

    /** One pass of it, measured and by formula. */
    public record PassProfile(double seconds, double flops, double bytes) {
        /** Operations for each byte. */
        public double intensity() {
            return bytes == 0 ? 0 : flops / bytes;
        }

        /** What limits it according to its intensity. */
        public Bound bound(MachinePeak peak) {
            return intensity() >= peak.ridge() ? Bound.COMPUTE : Bound.BANDWIDTH;
        }

        /** The least time by formula as a part of the measured one: above 1 if caches spared traffic. */
        public double shareOfPeak(MachinePeak peak) {
            return seconds == 0 ? 0 : peak.seconds(flops, bytes) / seconds;
        }
    }

    /** The forward pass. */
    public PassProfile forward() {
        return new PassProfile(forwardSeconds, cost.forwardFlops(), cost.forwardBytes());
    }

    /** The backward pass. */
    public PassProfile backward() {
        return new PassProfile(backwardSeconds, cost.backwardFlops(), cost.backwardBytes());
    }

    /** Both passes. */
    public double seconds() {
        return forwardSeconds + backwardSeconds;
    }

    /** Operations of both passes. */
    public double flops() {
        return cost.forwardFlops() + cost.backwardFlops();
    }

    /** The layer it is in, such as {@code transformer.layers.0}; else the first part of its path. */
    public String layer() {
        Matcher layer = LAYER.matcher(path);
        if (layer.matches()) {
            return layer.group(1);
        }
        int dot = path.indexOf('.');
        String first = dot < 0 ? path : path.substring(0, dot);
        return component == Component.EMBEDDINGS ? "embeddings" : first.isEmpty() ? "head" : component.title();
    }

    /** The path with the layer's number replaced, so that the same operator of all layers has one name. */
    public String family() {
        return path.replaceAll("layers\\.\\d+", "layers.*");
    }
}
