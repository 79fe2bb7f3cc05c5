package io.transformer4j.attention;

import org.bytedeco.pytorch.Tensor;

/**
 * An attention kernel: {@code softmax(q kᵀ · scale + mask) v}, exactly or approximately. Implementations have no state
 * but their settings; parameters belong to the layers around them, so that a checkpoint can go on with another kernel.
 */
public interface Attention {
    /**
     * Mixes values by the similarity of queries and keys.
     *
     * @param query {@code [batch, heads, queryLength, headSize]}, not yet scaled
     * @param key {@code [batch, heads, keyLength, headSize]}
     * @param value {@code [batch, heads, keyLength, headSize]}
     * @return {@code [batch, heads, queryLength, headSize]}
     */
    Tensor forward(Tensor query, Tensor key, Tensor value, AttentionMask mask);

    /**
     * Whether the result of a query depends on no other query and not on its place among them, so that some of a sequence's
     * queries can be given without the others.
     */
    default boolean takesAnyQueries() {
        return false;
    }

    /**
     * How many pairs of a query and a key one head computes for one sequence, as a mean over the heads. Each costs {@code 4 ·
     * headSize} operations: a product for the score and one for the mixture. What a causal mask saves an exact kernel isn't deducted. A
     * kernel that works without pairs says how many would cost as much.
     *
     * @param causal whether queries see no keys behind them
     */
    default double pairs(int heads, long queryLength, long keyLength, boolean causal) {
        return (double) queryLength * keyLength;
    }

    /** Whether the matrix of weights is written to memory. */
    default boolean storesWeights() {
        return false;
    }
}
