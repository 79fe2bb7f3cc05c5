package io.transformer4j.models.llama;

import static io.transformer4j.models.PretrainedConfig.check;

import io.transformer4j.attention.RotaryEmbedding;
import io.transformer4j.attention.RotaryEmbedding.Rescaling;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * How rotary frequencies follow from {@code config.json}: from {@code rope_parameters}, or as it was before transformers 5
 * from {@code rope_theta} and {@code rope_scaling}.
 *
 * @param theta base of the frequencies
 * @param usualLength inputs up to this length are rescaled as those of this length
 * @param rescaling of the frequencies by the length of the inputs, for longer ones than those of pre-training
 * @param maxLength the longest input that it is meant for
 * @param magnitude factor of the rotated queries and keys
 */
record RopeParameters(
        double theta, int usualLength, IntFunction<Rescaling> rescaling, int maxLength, double magnitude) {
    private static final double DEFAULT_THETA = 10_000;
    private static final String ORIGINAL = "original_max_position_embeddings";

    /** The same rescaling for inputs of all lengths. */
    private RopeParameters(double theta, Rescaling rescaling, int maxLength, double magnitude) {
        this(theta, Integer.MAX_VALUE, length -> rescaling, maxLength, magnitude);
    }

    /**
     * Reads the keys.
     *
     * @param other keys of the configuration that aren't components
     * @throws IllegalArgumentException if one is missing or asks for what isn't supported
     */
    static RopeParameters of(
            @Nullable Map<String, Object> ropeParameters, Map<String, Object> other, long headSize, int maxPositions) {
        Map<String, Object> keys = keys(ropeParameters, other, maxPositions);
        double theta = number(keys, "rope_theta", DEFAULT_THETA);
        Object type = keys.getOrDefault("rope_type", keys.getOrDefault("type", "default"));
        check(
                type.equals("default")
                        || number(keys, "partial_rotary_factor", 1.0) == 1, // HF's default has no such part
                "partial_rotary_factor is %s, but only 1 is supported",
                keys.get("partial_rotary_factor"));
        return switch (String.valueOf(type)) {
            case "default" -> new RopeParameters(theta, Rescaling.NONE, maxPositions, 1);
            case "linear" -> {
                double factor = number(keys, "factor", null);
                yield new RopeParameters(theta, (pair, frequency) -> frequency / factor, maxPositions, 1);
            }
            case "dynamic" -> dynamic(number(keys, "factor", null), theta, headSize, maxPositions);
            case "llama3" ->
                new RopeParameters(
                        theta,
                        llama3(
                                number(keys, "factor", null),
                                number(keys, "low_freq_factor", null),
                                number(keys, "high_freq_factor", null),
                                number(keys, ORIGINAL, null)),
                        maxPositions,
                        1);
            case "longrope" -> longRope(keys, theta, headSize, maxPositions);
            case "yarn" -> yarn(keys, theta, headSize, maxPositions);
            default ->
                throw new IllegalArgumentException(
                        "rope_type must be default, linear, dynamic, llama3, longrope or yarn, but is \"" + type
                                + "\"");
        };
    }

    /** In HF's order: {@code rope_scaling} counts if there is one; a key of the configuration, where these have none. */
    private static Map<String, Object> keys(
            @Nullable Map<String, Object> ropeParameters, Map<String, Object> other, int maxPositions) {
        Map<String, Object> keys = new HashMap<>();
        if (other.get("rope_scaling") instanceof Map<?, ?> scaling && !scaling.isEmpty()) {
            scaling.forEach((key, value) -> keys.put(key.toString(), value));
        } else if (ropeParameters != null) {
            keys.putAll(ropeParameters);
        }
        keys.values().removeIf(Objects::isNull);
        if (other.get("rope_theta") != null) {
            keys.putIfAbsent("rope_theta", other.get("rope_theta"));
        }
        if (other.get(ORIGINAL) != null) {
            keys.put(ORIGINAL, other.get(ORIGINAL));
        }
        keys.putIfAbsent(ORIGINAL, maxPositions);
        return keys;
    }

    /**
     * A base that grows with the length of inputs which are longer than the model's positions, such that the lowest frequency
     * is divided by what it would be with {@code linear} ("NTK-aware" scaling; Peng et al. 2023, §3.1).
     */
    private static RopeParameters dynamic(double factor, double theta, long headSize, int maxPositions) {
        check(headSize > 2, "dynamic rotary positions need a head_dim above 2, not %d", headSize);
        IntFunction<Rescaling> rescaling = length -> {
            double growth = factor * length / maxPositions - (factor - 1);
            return (pair, frequency) -> frequency * Math.pow(growth, -2.0 * pair / (headSize - 2));
        };
        int maxLength = (int) Math.min(Integer.MAX_VALUE, Math.max(1, factor) * maxPositions);
        return new RopeParameters(theta, maxPositions, rescaling, maxLength, 1);
    }

    /** LongRoPE (Ding et al. 2024, §3.3): a divisor for each pair, found by search, others for long inputs than for short ones. */
    private static RopeParameters longRope(Map<String, Object> keys, double theta, long headSize, int maxPositions) {
        int positions = (int) number(keys, ORIGINAL, null);
        double factor = number(keys, "factor", (double) maxPositions / positions);
        double[] shortDivisors = numbers(keys, "short_factor", headSize / 2);
        double[] longDivisors = numbers(keys, "long_factor", headSize / 2);
        double sharpening = factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(positions));
        return new RopeParameters(
                theta,
                positions,
                length -> (pair, frequency) -> frequency / (length > positions ? longDivisors : shortDivisors)[pair],
                maxPositions,
                number(keys, "attention_factor", sharpening));
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
        double positions = number(keys, ORIGINAL, null);
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
        return new RopeParameters(
                theta, rescaling, maxPositions, number(keys, "attention_factor", sharpening(keys, factor)));
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

    private static double[] numbers(Map<String, Object> keys, String key, long count) {
        check(
                keys.get(key) instanceof List<?> list
                        && list.size() == count
                        && list.stream().allMatch(value -> value instanceof Number number && number.doubleValue() > 0),
                "%s of the rotary positions must be %d positive numbers, one for each pair of a head's elements, but is %s",
                key,
                count,
                keys.get(key));
        return ((List<?>) keys.get(key))
                .stream().mapToDouble(value -> ((Number) value).doubleValue()).toArray();
    }

    RotaryEmbedding embedding(long headSize) {
        return new RotaryEmbedding(headSize, theta, usualLength, rescaling, magnitude);
    }
}
