package io.transformer4j.models.llama;

import static io.transformer4j.models.PretrainedConfig.check;

import io.transformer4j.attention.RotaryEmbedding;
import java.util.HashMap;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * How rotary frequencies follow from {@code config.json}: from {@code rope_parameters}, or as it was before transformers 5
 * from {@code rope_theta} and {@code rope_scaling}.
 *
 * @param theta base of the frequencies
 * @param rescaling of the frequencies, for longer inputs than those of pre-training
 */
record RopeParameters(double theta, DoubleUnaryOperator rescaling) {
    private static final double DEFAULT_THETA = 10_000;

    /**
     * Reads the keys.
     *
     * @throws IllegalArgumentException if one is missing or asks for what isn't supported
     */
    static RopeParameters of(@Nullable Map<String, Object> ropeParameters, Map<String, Object> other) {
        Map<String, Object> keys = new HashMap<>();
        if (other.get("rope_theta") != null) {
            keys.put("rope_theta", other.get("rope_theta"));
        }
        if (other.get("rope_scaling") instanceof Map<?, ?> scaling) {
            scaling.forEach((key, value) -> keys.put(key.toString(), value));
        }
        if (ropeParameters != null) {
            keys.putAll(ropeParameters);
        }
        check(
                number(keys, "partial_rotary_factor", 1.0) == 1,
                "partial_rotary_factor is %s, but only 1 is supported",
                keys.get("partial_rotary_factor"));
        return new RopeParameters(number(keys, "rope_theta", DEFAULT_THETA), rescaling(keys));
    }

    private static DoubleUnaryOperator rescaling(Map<String, Object> keys) {
        Object type = keys.getOrDefault("rope_type", keys.getOrDefault("type", "default"));
        return switch (String.valueOf(type)) {
            // Dynamic scaling begins behind the model's positions, and no input is that long.
            case "default", "dynamic" -> frequency -> frequency;
            case "linear" -> {
                double factor = number(keys, "factor", null);
                yield frequency -> frequency / factor;
            }
            case "llama3" ->
                llama3(
                        number(keys, "factor", null),
                        number(keys, "low_freq_factor", null),
                        number(keys, "high_freq_factor", null),
                        number(keys, "original_max_position_embeddings", null));
            default ->
                throw new IllegalArgumentException(
                        "rope_type must be default, linear, dynamic or llama3, but is \"" + type + "\"");
        };
    }

    /** Llama 3.1: long waves are stretched, short ones stay, those between go from one to the other. */
    private static DoubleUnaryOperator llama3(double factor, double low, double high, double positions) {
        return frequency -> {
            double waves = positions * frequency / (2 * Math.PI); // in the inputs of pre-training
            double kept = Math.max(0, Math.min(1, (waves - low) / (high - low)));
            return (1 - kept) * frequency / factor + kept * frequency;
        };
    }

    private static double number(Map<String, Object> keys, String key, @Nullable Double fallback) {
        Object value = keys.get(key);
        if (value == null && fallback != null) {
            return fallback;
        }
        check(
                value instanceof Number number && number.doubleValue() > 0,
                "%s of the rotary positions must be a positive number, but is %s",
                key,
                value);
        return ((Number) value).doubleValue();
    }

    RotaryEmbedding embedding(long headSize) {
        return new RotaryEmbedding(headSize, theta, rescaling);
    }
}
