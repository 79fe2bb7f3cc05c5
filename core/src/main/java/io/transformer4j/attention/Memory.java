package io.transformer4j.attention;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * Keys and values of the sequences that a {@link CrossAttention} looks at.
 *
 * @param key {@code [batch, heads, maxLength, headSize]}
 * @param value same shape
 * @param realKeys {@code [batch, maxLength]} bool: false behind the end of the shorter sequences; null if all are equally long
 */
public record Memory(Tensor key, Tensor value, @Nullable Tensor realKeys) {
    /** The given sequences, in the given order; tensors belong to the open scope. */
    public Memory select(long... sequences) {
        Tensor index = Tensor.create(sequences).to(key.device(), ScalarType.Long);
        return map(tensor -> tensor.index_select(0, index));
    }

    /** The same with each tensor replaced. */
    public Memory map(UnaryOperator<Tensor> replacement) {
        return new Memory(
                replacement.apply(key),
                replacement.apply(value),
                realKeys == null ? null : replacement.apply(realKeys));
    }

    /** All tensors. */
    public List<Tensor> tensors() {
        List<Tensor> tensors = new ArrayList<>(List.of(key, value));
        if (realKeys != null) {
            tensors.add(realKeys);
        }
        return tensors;
    }

    AttentionMask mask() {
        return realKeys == null ? AttentionMask.full() : AttentionMask.padding(realKeys);
    }
}
