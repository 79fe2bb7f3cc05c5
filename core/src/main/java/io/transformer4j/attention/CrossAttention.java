package io.transformer4j.attention;

import io.transformer4j.nn.Dropout;
import io.transformer4j.nn.Linear;
import io.transformer4j.nn.Module;
import io.transformer4j.nn.Operator;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * Multi-head attention from one packed batch to another (Vaswani et al. 2017, §3.2.3): sequence {@code i} of the queries
 * looks at sequence {@code i} of the keys, whatever their lengths. The projections of queries, keys and values stand
 * stacked in this order in {@code queryKeyValue.weight [3 · hiddenSize, hiddenSize]}.
 *
 * <p>While text is generated, the rows that look at one source, such as its beams, are one sequence of queries: so all of
 * them share one copy of its keys and values.
 */
public final class CrossAttention extends Module {
    private final int heads;
    private final long headSize;
    private final double scale;
    private final long width;
    private final Linear queryKeyValue;
    private final Attention attention;
    private final Linear output;

    /**
     * Builds the layer. Windows, causality, groups of heads and what is local, sparse or low-rank are of self-attention only:
     * a configuration that names such a kernel has the tiled exact one here.
     */
    public CrossAttention(SelfAttention.Config config) {
        heads = config.numAttentionHeads();
        headSize = config.headSize();
        width = heads * headSize;
        scale = config.scale();
        queryKeyValue = child(
                "queryKeyValue", new Linear(config.hiddenSize(), 3 * width, config.inputBias(), config.initializer()));
        Dropout dropout = child("dropout", new Dropout(config.attentionDropout()));
        attention = config.type() == AttentionType.FULL
                ? new ExactAttention(scale, dropout)
                : new FlashAttention(scale, dropout);
        output = child(
                "output", new Linear(width, config.hiddenSize(), config.outputBias(), config.outputInitializer()));
    }

    /**
     * Keys and values of the sequences that are looked at; computed once for all steps of a generation.
     *
     * @param hidden {@code [tokens, hiddenSize]}, the encoder's output
     */
    public Memory memory(Tensor hidden, SequenceLayout layout) {
        Tensor keysAndValues = layout.pad(
                        queryKeyValue.forward(hidden, width, 2 * width)) // [batch, maxLength, 2 · width]
                .view(layout.batchSize(), layout.maxLength(), 2L * heads, headSize)
                .transpose(1, 2); // [batch, 2 · heads, maxLength, headSize]
        return new Memory(
                keysAndValues.narrow(1, 0, heads),
                keysAndValues.narrow(1, heads, heads),
                layout.realKeys(hidden.device()));
    }

    /**
     * Looks at {@code memory}.
     *
     * @param hidden {@code [tokens, hiddenSize]}
     * @param layout of {@code hidden}; it has as many sequences as the memory
     * @return {@code [tokens, hiddenSize]}
     */
    public Tensor forward(Tensor hidden, SequenceLayout layout, Memory memory) {
        List<Tensor> operands = List.of(queries(hidden, layout), memory.key(), memory.value());
        Tensor mixed = observed(
                () -> cost(layout, memory),
                operands,
                qkv -> attention
                        .forward(qkv.get(0), qkv.get(1), qkv.get(2), memory.mask())
                        .transpose(1, 2)
                        .reshape(layout.batchSize(), layout.maxLength(), width));
        return output.forward(layout.unpad(mixed));
    }

    /** Padding is computed, so it counts. */
    private Operator cost(SequenceLayout layout, Memory memory) {
        long keys = memory.key().size(2);
        return Operator.attention(
                attention instanceof ExactAttention
                        ? AttentionType.FULL.configName()
                        : AttentionType.FLASH.configName(),
                layout.batchSize(),
                heads,
                heads,
                layout.maxLength(),
                keys,
                headSize,
                attention.pairs(heads, layout.maxLength(), keys, false),
                attention.storesWeights());
    }

    /**
     * How much each row looks at each token of its memory.
     *
     * @return {@code [batch, heads, maxLength, memory's maxLength]}; each row adds up to 1
     */
    public Tensor weights(Tensor hidden, SequenceLayout layout, Memory memory) {
        return new ExactAttention(scale, new Dropout(0)).weights(queries(hidden, layout), memory.key(), memory.mask());
    }

    /** {@code [batch, heads, maxLength, headSize]}. */
    private Tensor queries(Tensor hidden, SequenceLayout layout) {
        return layout.pad(queryKeyValue.forward(hidden, 0, width))
                .view(layout.batchSize(), layout.maxLength(), heads, headSize)
                .transpose(1, 2);
    }
}
