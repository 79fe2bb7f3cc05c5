package io.transformer4j.attention;

import io.transformer4j.nn.Dropout;
import io.transformer4j.nn.Module;
import io.transformer4j.nn.Parameter;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Attention to {@code k} learned mixtures of the keys and values instead of all of them (Wang et al. 2020, §4): {@code
 * softmax(q (E k)ᵀ · scale) F v}, in time and memory that grow with length times {@code k}. Each mixture has a weight for
 * each position, so there is a longest sequence; and since it sees the whole sequence, there are no causal masks.
 */
public final class LinformerAttention extends Module implements Attention {
    private final Parameter keyProjection;
    private final @Nullable Parameter valueProjection;
    private final FlashAttention attention;

    /**
     * The kernel.
     *
     * @param keyProjection {@code E}, {@code [k, maxLength]}, or {@code [heads, k, maxLength]}; layers may share it
     * @param valueProjection {@code F}, same shape; null to use {@code E} for both
     */
    public LinformerAttention(
            double scale, Dropout dropout, Parameter keyProjection, @Nullable Parameter valueProjection) {
        this.keyProjection = parameter("keyProjection", keyProjection);
        this.valueProjection = valueProjection == null ? null : parameter("valueProjection", valueProjection);
        this.attention = new FlashAttention(scale, dropout);
    }

    /** {@inheritDoc} The mask may hide padding. */
    @Override
    public Tensor forward(Tensor query, Tensor key, Tensor value, AttentionMask mask) {
        long longest = keyProjection.shape()[keyProjection.shape().length - 1];
        if (key.size(2) > longest) {
            throw new IllegalArgumentException("input has " + key.size(2) + " tokens, but the projections of this"
                    + " linformer attention are made for at most " + longest);
        }
        Parameter ofValues = valueProjection == null ? keyProjection : valueProjection;
        return attention.forward(
                query,
                project(keyProjection, visible(key, mask)),
                project(ofValues, visible(value, mask)),
                AttentionMask.full());
    }

    @Override
    public boolean takesAnyQueries() {
        return true;
    }

    /** {@inheritDoc} Mixing the keys and the values takes {@code 2 · k} operations for each of their numbers, scores and mixture too. */
    @Override
    public double pairs(int heads, long queryLength, long keyLength, boolean causal) {
        double mixtures = keyProjection.shape()[keyProjection.shape().length - 2];
        return mixtures * (queryLength + keyLength);
    }

    /** Rows of padding are zero, so that they add nothing to the mixtures. */
    private static Tensor visible(Tensor rows, AttentionMask mask) {
        if (mask instanceof AttentionMask.Padding padding && !padding.causal()) {
            Tensor hidden = padding.realKeys().logical_not().unsqueeze(1).unsqueeze(-1); // [batch, 1, length, 1]
            return rows.masked_fill(hidden, new Scalar(0.0));
        }
        if (!(mask instanceof AttentionMask.Full)) {
            throw new IllegalArgumentException(
                    "linformer attention takes a mask of padding or none, not " + mask + ": it mixes whole sequences");
        }
        return rows;
    }

    /** {@code [batch, heads, k, headSize]}. */
    private static Tensor project(Parameter projection, Tensor rows) {
        Tensor all = projection.tensor();
        Tensor weights = all.narrow(all.dim() - 1, 0, rows.size(2)); // [k, length] or [heads, k, length]
        if (weights.dim() == 3) {
            return weights.matmul(rows);
        }
        // Shared by the heads: they are columns of one product, else there were a gradient of the weights for each.
        Tensor columns = rows.transpose(1, 2).flatten(2, 3); // [batch, length, heads · headSize]
        return weights.matmul(columns)
                .unflatten(2, rows.size(1), rows.size(3)) // [batch, k, heads, headSize]
                .transpose(1, 2);
    }
}
