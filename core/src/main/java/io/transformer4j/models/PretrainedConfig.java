package io.transformer4j.models;

import java.util.Locale;
import java.util.Map;

/** Architecture of a model: what stands in {@code config.json}. Implementations are immutable and validate themselves. */
public interface PretrainedConfig {
    /** HF's {@code model_type}, such as {@code bert}. */
    String modelType();

    /** Number of token ids. */
    long vocabSize();

    /** Width of the hidden states. */
    long hiddenSize();

    /** Number of layers. */
    int numHiddenLayers();

    /** Number of attention heads. */
    int numAttentionHeads();

    /** Width of the feed-forward networks. */
    long intermediateSize();

    /** Rows of the table of positions. */
    int maxPositionEmbeddings();

    /** Longest input in tokens: fewer than there are positions where the table has rows for other purposes. */
    default int maxInputLength() {
        return maxPositionEmbeddings();
    }

    /** Keys of {@code config.json} that this project doesn't interpret; written back as they were. */
    Map<String, Object> other();

    /** Throws an {@link IllegalArgumentException} with the formatted sentence unless {@code condition} holds. */
    static void check(boolean condition, String format, Object... arguments) {
        if (!condition) {
            throw new IllegalArgumentException(String.format(Locale.ROOT, format, arguments));
        }
    }

    /** Checks that a size is positive. */
    static void checkPositive(String key, long value) {
        check(value > 0, "%s must be positive, but is %d", key, value);
    }

    /** Checks that the heads divide the width. */
    static void checkHeads(String hiddenKey, long hiddenSize, String headsKey, int heads) {
        checkPositive(hiddenKey, hiddenSize);
        checkPositive(headsKey, heads);
        check(hiddenSize % heads == 0, "%s (%d) must be a multiple of %s (%d)", hiddenKey, hiddenSize, headsKey, heads);
    }

    /** Checks a dropout probability. */
    static void checkProbability(String key, double value) {
        check(value >= 0 && value < 1, "%s must be in [0, 1), but is %s", key, value);
    }

    /** Checks a key of {@link #other()} that we know but can honour with one value only. */
    static void checkOnly(Map<String, Object> other, String key, Object supported) {
        Object value = other.getOrDefault(key, supported);
        check(supported.equals(value), "%s is %s, but only %s is supported", key, value, supported);
    }
}
