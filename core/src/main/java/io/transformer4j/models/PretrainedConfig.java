package io.transformer4j.models;

import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Architecture of a model: what stands in {@code config.json}. Implementations are immutable and validate themselves. */
public interface PretrainedConfig {
    /** Most layers of a stack: ten times the deepest Transformers known (Wang et al. 2022, DeepNet). */
    int MAX_LAYERS = 10_000;

    /** Largest width: many times those of the largest models, and small enough for all products of sizes. */
    long MAX_WIDTH = 1 << 22;

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

    /** Whether longer inputs than {@link #maxInputLength} are refused. */
    default boolean limitsInputLength() {
        return true;
    }

    /** Keys of {@code config.json} that this project doesn't interpret; written back as they were. */
    Map<String, Object> other();

    /** The labels of a classifier on this architecture. */
    default Labels labels() {
        return Labels.read(other());
    }

    /**
     * Checks what the constructor doesn't: keys that are read only when a head is built, and that no size is beyond reason.
     *
     * @throws IllegalArgumentException in one sentence with the key's name
     */
    default void validate() {
        check(vocabSize() <= Integer.MAX_VALUE, "token ids have 32 bits, too few for %d of them", vocabSize());
        checkWidth("hidden states", hiddenSize());
        checkWidth("feed-forward networks", intermediateSize());
        checkWidth("keys", keyValueSize());
        labels();
    }

    private static void checkWidth(String part, long width) {
        check(width <= MAX_WIDTH, "%s may have %d elements at most, not %d", part, MAX_WIDTH, width);
    }

    /** Width of the keys of one token in one layer. */
    default long keyValueSize() {
        return hiddenSize();
    }

    /** Throws an {@link IllegalArgumentException} with the formatted sentence unless {@code condition} holds. */
    static void check(boolean condition, String format, Object... arguments) {
        if (!condition) {
            throw new IllegalArgumentException(String.format(Locale.ROOT, format, arguments));
        }
    }

    /** Checks that a configuration is read as what it is. */
    static void checkModelType(String expected, String modelType) {
        check(expected.equals(modelType), "model_type must be \"%s\", but is \"%s\"", expected, modelType);
    }

    /** Checks that a size is positive. */
    static void checkPositive(String key, long value) {
        check(value > 0, "%s must be positive, but is %d", key, value);
    }

    /** Checks a number of layers, so that a damaged file doesn't make a model grow without end. */
    static void checkLayers(String key, int value) {
        checkPositive(key, value);
        check(value <= MAX_LAYERS, "%s must be at most %d, but is %d", key, MAX_LAYERS, value);
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

    /** Checks that an id, if there is one, is in the vocabulary. */
    static void checkTokenId(String key, @Nullable Integer id, long vocabSize) {
        check(
                id == null || (id >= 0 && id < vocabSize),
                "%s (%d) must be a token id below vocab_size (%d)",
                key,
                id,
                vocabSize);
    }

    /**
     * A token id among keys that aren't components, or {@code fallback}.
     *
     * @throws IllegalArgumentException if it isn't a whole number
     */
    static int tokenId(Map<String, Object> other, String key, int fallback) {
        Object value = other.get(key);
        check(value == null || value instanceof Integer, "%s must be a token id, but is %s", key, value);
        return value == null ? fallback : (Integer) value;
    }

    /**
     * A dropout probability among keys that aren't components, or {@code fallback}.
     *
     * @throws IllegalArgumentException if it isn't one
     */
    static double probability(Map<String, Object> other, String key, double fallback) {
        Object value = other.get(key);
        check(value == null || value instanceof Number, "%s must be a number, but is %s", key, value);
        double probability = value == null ? fallback : ((Number) value).doubleValue();
        checkProbability(key, probability);
        return probability;
    }

    /** Checks a key of {@link #other()} that we know but can honour with one value only. */
    static void checkOnly(Map<String, Object> other, String key, Object supported) {
        Object value = other.get(key);
        check(value == null || supported.equals(value), "%s is %s, but only %s is supported", key, value, supported);
    }
}
