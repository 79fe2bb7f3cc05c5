package io.transformer4j.models.llama;

import static io.transformer4j.models.PretrainedConfig.check;

import io.transformer4j.attention.RotaryEmbedding;
import io.transformer4j.attention.RotaryEmbedding.Rescaling;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How rotary frequencies follow from {@code config.json}: from {@code rope_parameters}, or as it was before transformers 5
 * from {@code rope_theta} and {@code rope_scaling}.
 *
 * @param theta base of the frequencies
 * @param rescaling of the frequencies, for longer inputs than those of pre-training
 * @param magnitude factor of the rotated queries and keys
 */
record RopeParameters(double theta, Rescaling rescaling, double magnitude) {
    private static final double DEFAULT_THETA = 10_000;

    /**
     * Reads the keys.
     *
     * @throws IllegalArgumentException if one is missing or asks for what isn't supported
     */
    static RopeParameters of(
            @Nullable Map<String, Object> ropeParameters, Map<String, Object> other, long headSize, int maxPositions) {
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
        double theta = number(keys, "rope_theta", DEFAULT_THETA);
        Object type = keys.getOrDefault("rope_type", keys.getOrDefault("type", "default"));
        return switch (String.valueOf(type)) {
            // Dynamic scaling begins behind the model's positions, and no input is that long.
            case "default", "dynamic" -> new RopeParameters(theta, Rescaling.NONE, 1);
            case "linear" -> {
                double factor = number(keys, "factor", null);
                yield new RopeParameters(theta, (pair, frequency) -> frequency / factor, 1);
            }
            case "llama3" ->
                new RopeParameters(
                        theta,
                        llama3(
                                number(keys, "factor", null),
                                number(keys, "low_freq_factor", null),
                                number(keys, "high_freq_factor", null),
                                number(keys, "original_max_position_embeddings", null)),
                        1);
            case "yarn" -> yarn(keys, theta, headSize, maxPositions);
            default ->
                throw new IllegalArgumentException(
                        "rope_type must be default, linear, dynamic, llama3 or yarn, but is \"" + type + "\"");
        };
    }

    /** Llama 3.1: long waves are stretched, short ones stay, those between go from one to the other. */
    private static Rescaling llama3(double factor, double low, double high, double positions) {
        return (pair, frequency) -> {
            double waves = positions * frequency / (2 * Math.PI); // in the inputs of pre-training
            double kept = Math.max(0, Math.min(1, (waves - low) / (high - low)));
            return (1 - kept) * frequency / factor + kept * frequency;
        };
    }

    /**
     * YaRN (Peng et al. 2023, §3.2 and §3.4): pairs that turn often within the inputs of pre-training stay, those that turn
     * less than once are stretched, those between go from one to the other; scores get sharper.
     */
    private static RopeParameters yarn(Map<String, Object> keys, double theta, long headSize, int maxPositions) {
        double positions = number(keys, "original_max_position_embeddings", (double) maxPositions);
        double factor = number(keys, "factor", maxPositions / positions);
        double fast = pairThatTurns(number(keys, "beta_fast", 32.0), positions, theta, headSize);
        double slow = pairThatTurns(number(keys, "beta_slow", 1.0), positions, theta, headSize);
        boolean truncate = !Boolean.FALSE.equals(keys.get("truncate"));
        double first = Math.max(0, truncate ? Math.floor(fast) : fast);
        double last = Math.min(headSize - 1.0, truncate ? Math.ceil(slow) : slow);
        double width = first == last ? 0.001 : last - first;
        Rescaling rescaling = (pair, frequency) -> {
            double stretched = Math.max(0, Math.min(1, (pair - first) / width));
            return stretched * frequency / factor + (1 - stretched) * frequency;
        };
        return new RopeParameters(theta, rescaling, number(keys, "attention_factor", sharpening(keys, factor)));
    }

    /** The pair, counted with a fraction, that turns {@code times} within so many positions. */
    private static double pairThatTurns(double times, double positions, double theta, long headSize) {
        return headSize * Math.log(positions / (times * 2 * Math.PI)) / (2 * Math.log(theta));
    }

    private static double sharpening(Map<String, Object> keys, double factor) {
        return keys.get("mscale") instanceof Number one
                        && keys.get("mscale_all_dim") instanceof Number all
                        && one.doubleValue() != 0
                        && all.doubleValue() != 0
                ? sharpening(factor, one.doubleValue()) / sharpening(factor, all.doubleValue())
                : sharpening(factor, 1);
    }

    private static double sharpening(double factor, double scale) {
        return factor <= 1 ? 1 : 0.1 * scale * Math.log(factor) + 1;
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
        return new RotaryEmbedding(headSize, theta, rescaling, magnitude);
    }
}
