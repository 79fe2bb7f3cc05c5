package io.transformer4j.attention;

import io.transformer4j.nn.Dropout;
import io.transformer4j.nn.Initializer;
import io.transformer4j.nn.Linear;
import io.transformer4j.nn.Module;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.jspecify.annotations.Nullable;

/**
 * Multi-head self-attention (Vaswani et al. 2017, §3.2.2). The three input projections are one product: queries, keys and
 * values stacked in this order in {@code queryKeyValue.weight [3 · hiddenSize, hiddenSize]}.
 */
public final class SelfAttention extends Module {
    private final int heads;
    private final long headSize;
    private final boolean causal;
    private final Linear queryKeyValue;
    private final Attention attention;
    private final Linear output;

    /** Settings of a {@link SelfAttention}. */
    public record Config(
            long hiddenSize,
            int numAttentionHeads,
            AttentionType type,
            boolean causal,
            double attentionDropout,
            Initializer initializer,
            Initializer outputInitializer) {}

    /** Builds the layer. */
    public SelfAttention(Config config) {
        heads = config.numAttentionHeads();
        headSize = config.hiddenSize() / heads;
        causal = config.causal();
        queryKeyValue = child(
                "queryKeyValue", new Linear(config.hiddenSize(), 3 * config.hiddenSize(), true, config.initializer()));
        Dropout dropout = child("dropout", new Dropout(config.attentionDropout()));
        attention = config.type().create(1 / Math.sqrt((double) headSize), dropout);
        output =
                child("output", new Linear(config.hiddenSize(), config.hiddenSize(), true, config.outputInitializer()));
    }

    /**
     * Attends within each sequence.
     *
     * @param hidden {@code [tokens, hiddenSize]}
     * @param cache keys and values of earlier tokens, which these continue; null if there are none
     * @return {@code [tokens, hiddenSize]}
     * @throws IllegalArgumentException if there is a cache and the layout has padding, which a cache can't hide
     */
    public Tensor forward(Tensor hidden, SequenceLayout layout, KvCache.@Nullable Layer cache) {
        if (cache != null && layout.hasPadding()) {
            throw new IllegalArgumentException("a cache takes packed sequences, not padded ones");
        }
        List<Tensor> rows = layout.split(queryKeyValue.forward(hidden)); // [run.tokens, 3 · hiddenSize] each
        AttentionMask mask = layout.hasPadding()
                ? layout.paddingMask(causal, hidden)
                : causal ? AttentionMask.causal() : AttentionMask.full();
        List<Tensor> attended = new ArrayList<>(rows.size());
        for (int i = 0; i < rows.size(); i++) {
            attended.add(attend(rows.get(i), layout.runs().get(i), mask, cache));
        }
        return output.forward(layout.join(attended));
    }

    private Tensor attend(Tensor rows, SequenceLayout.Run run, AttentionMask mask, KvCache.@Nullable Layer cache) {
        TensorVector parts = rows.view(run.sequences(), run.length(), 3L * heads, headSize)
                .split(heads, 2); // 3 x [sequences, length, heads, headSize]
        Tensor query = parts.get(0).transpose(1, 2); // [sequences, heads, length, headSize]
        Tensor key = parts.get(1).transpose(1, 2);
        Tensor value = parts.get(2).transpose(1, 2);
        Tensor mixed;
        if (cache == null) {
            mixed = attention.forward(query, key, value, mask);
        } else {
            KvCache.Context context = cache.append(run, key, value);
            mixed = attention.forward(query, context.key(), context.value(), context.mask());
        }
        return mixed.transpose(1, 2).reshape(run.tokens(), heads * headSize); // [run.tokens, hiddenSize]
    }
}
