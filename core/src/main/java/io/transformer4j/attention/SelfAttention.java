package io.transformer4j.attention;

import io.soabase.recordbuilder.core.RecordBuilder;
import io.transformer4j.nn.Dropout;
import io.transformer4j.nn.Initializer;
import io.transformer4j.nn.Linear;
import io.transformer4j.nn.Module;
import io.transformer4j.nn.Operator;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Multi-head self-attention (Vaswani et al. 2017, §3.2.2). The three input projections are one product: queries, keys and
 * values stacked in this order in {@code queryKeyValue.weight [(heads + 2 · keyValueHeads) · headSize, hiddenSize]}. With
 * fewer heads of keys and values than of queries, each serves a group of neighbouring query heads (Ainslie et al. 2023).
 */
public final class SelfAttention extends Module {
    private final int heads;
    private final int keyValueHeads;
    private final long headSize;
    private final boolean causal;
    private final int window;
    private final Linear queryKeyValue;
    private final AttentionType type;
    private final Attention attention;
    /** For the masks of padded causal batches, whose lowest scores a running softmax can't tell from each other. */
    private final Attention ofPadding;

    private final AttentionOptions options;
    private final @Nullable Linear globalQueryKeyValue;
    private final Linear output;

    /**
     * Settings of a {@link SelfAttention}.
     *
     * @param numKeyValueHeads heads of keys and values; a divisor of the others' number
     * @param headSize elements of one head
     * @param scale factor of the scores
     * @param inputBias whether queries, keys and values have biases
     * @param options of the kernel
     * @param window of a causal layer: how many keys a query sees, its own included; 0 for all before it
     */
    @RecordBuilder
    public record Config(
            long hiddenSize,
            int numAttentionHeads,
            int numKeyValueHeads,
            long headSize,
            double scale,
            AttentionType type,
            AttentionOptions options,
            boolean causal,
            int window,
            double attentionDropout,
            boolean inputBias,
            boolean outputBias,
            Initializer initializer,
            Initializer outputInitializer)
            implements SelfAttentionConfigBuilder.With {

        /** Heads that divide the width among them, {@code 1/√headSize} as scale, and biases everywhere. */
        public Config(
                long hiddenSize,
                int numAttentionHeads,
                AttentionType type,
                boolean causal,
                double attentionDropout,
                Initializer initializer,
                Initializer outputInitializer) {
            this(
                    hiddenSize,
                    numAttentionHeads,
                    numAttentionHeads,
                    hiddenSize / numAttentionHeads,
                    1 / Math.sqrt((double) hiddenSize / numAttentionHeads),
                    type,
                    AttentionOptions.DEFAULTS,
                    causal,
                    0,
                    attentionDropout,
                    true,
                    true,
                    initializer,
                    outputInitializer);
        }
    }

    /** Builds the layer. */
    public SelfAttention(Config config) {
        heads = config.numAttentionHeads();
        keyValueHeads = config.numKeyValueHeads();
        headSize = config.headSize();
        causal = config.causal();
        window = config.window();
        queryKeyValue = child(
                "queryKeyValue",
                new Linear(
                        config.hiddenSize(),
                        (heads + 2L * keyValueHeads) * headSize,
                        config.inputBias(),
                        config.initializer()));
        Dropout dropout = child("dropout", new Dropout(config.attentionDropout()));
        type = config.type();
        options = config.options();
        attention = options.create(config.type(), config.scale(), dropout, heads);
        if (attention instanceof Module kernel) {
            child("kernel", kernel);
        }
        ofPadding = attention instanceof FlashAttention ? new ExactAttention(config.scale(), dropout) : attention;
        globalQueryKeyValue = options.globalProjections()
                ? child(
                        "globalQueryKeyValue",
                        new Linear(
                                config.hiddenSize(), 3L * heads * headSize, config.inputBias(), config.initializer()))
                : null;
        output = child(
                "output",
                new Linear(heads * headSize, config.hiddenSize(), config.outputBias(), config.outputInitializer()));
    }

    /** Attends within each sequence, without rotary positions. */
    public Tensor forward(Tensor hidden, SequenceLayout layout, KvCache.@Nullable Layer cache) {
        return forward(hidden, layout, null, null, cache);
    }

    /** Attends within each sequence, with rotary positions or none. */
    public Tensor forward(
            Tensor hidden,
            SequenceLayout layout,
            RotaryEmbedding.@Nullable Rotation rotation,
            KvCache.@Nullable Layer cache) {
        return forward(hidden, layout, rotation, null, cache);
    }

    /**
     * Attends within each sequence.
     *
     * @param hidden {@code [tokens, hiddenSize]}
     * @param rotation of queries and keys; null if positions enter elsewhere
     * @param bias terms of the scores by distance; null if positions enter elsewhere
     * @param cache keys and values of earlier tokens, which these continue; null if there are none
     * @return {@code [tokens, hiddenSize]}
     * @throws IllegalArgumentException if there is a cache and the layout has padding, which a cache can't hide
     */
    public Tensor forward(
            Tensor hidden,
            SequenceLayout layout,
            RotaryEmbedding.@Nullable Rotation rotation,
            RelativePositionBias.@Nullable Pass bias,
            KvCache.@Nullable Layer cache) {
        if (cache != null && layout.hasPadding()) {
            throw new IllegalArgumentException("a cache takes packed sequences, not padded ones");
        }
        if (cache != null && attention instanceof SlidingWindowAttention && options.globalTokens() > 0) {
            throw new IllegalArgumentException("a cache doesn't know global tokens: generate with "
                    + AttentionOptions.KEY + ".global_tokens 0, not " + options.globalTokens());
        }
        return output.forward(mixed(project(hidden, rotation), hidden, layout, bias, cache));
    }

    /**
     * Attends from chosen tokens only, to all tokens of their sequences; without rotary positions, biases or a cache.
     *
     * @param hidden {@code [tokens, hiddenSize]}
     * @return {@code [chosen tokens, hiddenSize]}
     */
    public Tensor forwardChosen(Tensor hidden, SequenceLayout layout, ChosenTokens chosen) {
        return output.forward(
                attention.takesAnyQueries() && !causal
                        ? mixed(hidden, layout, chosen)
                        : chosen.of(mixed(project(hidden, null), hidden, layout, null, null)));
    }

    /** Mixed values of chosen tokens, {@code [chosen tokens, heads · headSize]}. */
    private Tensor mixed(Tensor hidden, SequenceLayout layout, ChosenTokens chosen) {
        long queryWidth = heads * headSize;
        ChosenTokens.Rectangles places = chosen.in(layout);
        List<Tensor> queries = places.spread(queryKeyValue.forward(chosen.of(hidden), 0, queryWidth));
        List<Tensor> keysAndValues =
                layout.split(queryKeyValue.forward(hidden, queryWidth, 2L * keyValueHeads * headSize));
        AttentionMask mask = mask(hidden, layout);
        List<Tensor> attended = new ArrayList<>(queries.size());
        for (int i = 0; i < queries.size(); i++) {
            if (places.most(i) == 0) {
                attended.add(queries.get(i));
                continue;
            }
            SequenceLayout.Run run = layout.runs().get(i);
            long most = places.most(i);
            attended.add(observed(
                    () -> cost(run, most, attention.pairs(heads, most, run.length(), causal)),
                    List.of(queries.get(i), keysAndValues.get(i)),
                    both -> mixed(both.get(0), both.get(1), run, most, mask)));
        }
        return places.gather(attended);
    }

    /** Mixed values of {@code most} chosen tokens of each sequence of a run. */
    private Tensor mixed(Tensor queries, Tensor keysAndValues, SequenceLayout.Run run, long most, AttentionMask mask) {
        Tensor query = perHead(queries, run.sequences(), most);
        Tensor both = perHead(keysAndValues, run.sequences(), run.length());
        Tensor key = both.narrow(1, 0, keyValueHeads);
        return rows(mix(attention, query, key, both.narrow(1, keyValueHeads, keyValueHeads), mask));
    }

    /** {@code [sequences · length, heads · headSize]} to {@code [sequences, heads, length, headSize]}. */
    private Tensor perHead(Tensor rows, long sequences, long length) {
        return rows.view(sequences, length, -1, headSize).transpose(1, 2);
    }

    /** {@code [sequences, heads, length, headSize]} to {@code [sequences · length, heads · headSize]}. */
    private Tensor rows(Tensor perHead) {
        return perHead.transpose(1, 2).reshape(-1, heads * headSize);
    }

    /** Mixed values of all tokens, {@code [tokens, heads · headSize]}. */
    private Tensor mixed(
            Tensor projected,
            Tensor hidden,
            SequenceLayout layout,
            RelativePositionBias.@Nullable Pass bias,
            KvCache.@Nullable Layer cache) {
        List<Tensor> rows = layout.split(projected);
        AttentionMask mask = mask(hidden, layout);
        List<Tensor> attended = new ArrayList<>(rows.size());
        for (int i = 0; i < rows.size(); i++) {
            SequenceLayout.Run run = layout.runs().get(i);
            attended.add(observed(
                    () -> cost(run, layout),
                    rows.get(i),
                    ofRun -> attention instanceof SlidingWindowAttention local && bias == null && cache == null
                            ? attendLocally(local, ofRun, hidden, layout, run, mask)
                            : attend(ofRun, run, mask, bias, cache)));
        }
        return layout.join(attended);
    }

    /**
     * What each token takes of each token's values, whatever the kernel: kernels are linear in the values, so weights are what
     * comes out for the identity as values. Rows add up to 1, but for Linformer's, whose weights may even be negative.
     *
     * @param hidden {@code [tokens, hiddenSize]} of one sequence
     * @param rotation of queries and keys; null if positions enter elsewhere
     * @param bias terms of the scores by distance; null if positions enter elsewhere
     * @return {@code [heads, tokens, tokens]}: queries by keys
     */
    public Tensor weights(
            Tensor hidden,
            SequenceLayout layout,
            RotaryEmbedding.@Nullable Rotation rotation,
            RelativePositionBias.@Nullable Pass bias) {
        if (layout.batchSize() != 1) {
            throw new IllegalArgumentException(
                    "attention weights are shown for one sequence at a time, not " + layout.batchSize());
        }
        SequenceLayout.Run run = layout.runs().get(0);
        Tensor rows = project(hidden, rotation);
        AttentionMask mask = mask(hidden, layout);
        Tensor[] own = parts(rows, run, keyValueHeads);
        Tensor identity = torch.eye(run.length(), hidden.options()).expand(1, heads, run.length(), run.length());
        Tensor weights = attention instanceof SlidingWindowAttention local && bias == null
                ? mixLocally(local, own[0], own[1], identity, identity, hidden, layout, run, mask)
                : attention.forward(
                        own[0],
                        repeated(own[1]),
                        identity,
                        biased(windowed(mask, own[0], own[1]), bias, own[0], own[1]));
        return weights.squeeze(0);
    }

    /** {@code [tokens, all heads, headSize]}. */
    private Tensor project(Tensor hidden, RotaryEmbedding.@Nullable Rotation rotation) {
        Tensor projected = queryKeyValue.forward(hidden).view(hidden.size(0), -1, headSize);
        if (rotation == null) {
            return projected;
        }
        return observed(() -> rotationCost(hidden.size(0)), projected, all -> rotated(all, rotation));
    }

    private AttentionMask mask(Tensor hidden, SequenceLayout layout) {
        return layout.hasPadding()
                ? layout.paddingMask(causal, window, hidden)
                : causal ? AttentionMask.causal() : AttentionMask.full();
    }

    /** Turns queries and keys by their positions. */
    private Tensor rotated(Tensor projected, RotaryEmbedding.Rotation rotation) {
        Tensor rotated = rotation.apply(projected.narrow(1, 0, heads + keyValueHeads));
        return torch.cat(new TensorVector(rotated, projected.narrow(1, heads + keyValueHeads, keyValueHeads)), 1);
    }

    private Operator rotationCost(long tokens) {
        double elements = (double) tokens * (heads + 2 * keyValueHeads) * headSize;
        return Operator.elementwise(Operator.Kind.POSITIONS, "rotation", 2 * elements, 2 * elements);
    }

    /** What a run of sequences costs if there is no cache. */
    private Operator cost(SequenceLayout.Run run, SequenceLayout layout) {
        long length = run.length();
        double pairs = attention.pairs(heads, length, length, causal);
        if (attention instanceof SlidingWindowAttention) {
            pairs += 2.0 * length * globalTokens(layout, run).most(); // seen by all, and seeing all
        }
        return cost(run, length, pairs);
    }

    private Operator cost(SequenceLayout.Run run, long queries, double pairs) {
        return Operator.attention(
                type.configName(),
                run.sequences(),
                heads,
                keyValueHeads,
                queries,
                run.length(),
                headSize,
                pairs,
                attention.storesWeights());
    }

    private GlobalTokens globalTokens(SequenceLayout layout, SequenceLayout.Run run) {
        GlobalTokens chosen = layout.globalTokens(run);
        return chosen == null ? options.defaultGlobalTokens(run) : chosen;
    }

    /** Attention in a window, to and from global tokens (Beltagy et al. 2020, §3.1). */
    private Tensor attendLocally(
            SlidingWindowAttention local,
            Tensor rows,
            Tensor hidden,
            SequenceLayout layout,
            SequenceLayout.Run run,
            AttentionMask mask) {
        Tensor[] own = parts(rows, run, keyValueHeads);
        Tensor mixed = mixLocally(local, own[0], own[1], repeated(own[2]), null, hidden, layout, run, mask);
        if (mask instanceof AttentionMask.Padding padding) { // padding, as in HF, gets nothing
            Tensor padded = padding.realKeys().logical_not().unsqueeze(1).unsqueeze(-1);
            mixed = mixed.masked_fill(padded, new Scalar(0.0));
        }
        return rows(mixed);
    }

    /** {@code globalValue}: what global queries take instead of their own projection of the values; null for that. */
    private Tensor mixLocally(
            SlidingWindowAttention local,
            Tensor query,
            Tensor key,
            Tensor value,
            @Nullable Tensor globalValue,
            Tensor hidden,
            SequenceLayout layout,
            SequenceLayout.Run run,
            AttentionMask mask) {
        GlobalTokens global = globalTokens(layout, run);
        if (globalQueryKeyValue == null || global.isEmpty()) {
            return local.forward(query, repeated(key), value, mask, global);
        }
        Tensor ofRun = hidden.narrow(0, layout.firstRows()[run.firstSequence()], run.tokens());
        Tensor[] ofGlobal = parts(globalQueryKeyValue.forward(ofRun), run, heads);
        return global.replaceIn(
                local.local(query, repeated(key), value, mask, global),
                local.global(ofGlobal[0], ofGlobal[1], globalValue == null ? ofGlobal[2] : globalValue, mask, global));
    }

    /** Queries, keys and values, {@code [sequences, heads, length, headSize]} each. */
    private Tensor[] parts(Tensor rows, SequenceLayout.Run run, int ofKeys) {
        TensorVector parts = rows.view(run.sequences(), run.length(), -1, headSize)
                .split_with_sizes(new long[] {heads, ofKeys, ofKeys}, 2);
        return new Tensor[] {
            parts.get(0).transpose(1, 2),
            parts.get(1).transpose(1, 2),
            parts.get(2).transpose(1, 2)
        };
    }

    private Tensor repeated(Tensor perGroup) {
        int groupSize = heads / keyValueHeads;
        return groupSize == 1
                ? perGroup
                : perGroup.repeat_interleave(groupSize, new LongOptional(1), new LongOptional());
    }

    private Tensor attend(
            Tensor rows,
            SequenceLayout.Run run,
            AttentionMask mask,
            RelativePositionBias.@Nullable Pass bias,
            KvCache.@Nullable Layer cache) {
        Tensor[] parts = parts(rows, run, keyValueHeads);
        Tensor query = parts[0];
        KvCache.Context context =
                cache == null ? new KvCache.Context(parts[1], parts[2], mask) : cache.append(run, parts[1], parts[2]);
        if (cache == null && mask.changesScores()) {
            AttentionMask both = biased(mask, bias, query, context.key()); // the window is in the mask
            return rows(mix(ofPadding, query, context.key(), context.value(), both));
        }
        AttentionMask seen = windowed(context.mask(), query, context.key());
        return rows(mix(attention, query, context.key(), context.value(), biased(seen, bias, query, context.key())));
    }

    private static AttentionMask biased(
            AttentionMask mask, RelativePositionBias.@Nullable Pass bias, Tensor query, Tensor key) {
        return bias == null ? mask : mask.plus(bias.terms(query.size(2), key.size(2)), query);
    }

    private Tensor mix(Attention kernel, Tensor query, Tensor key, Tensor value, AttentionMask mask) {
        int groupSize = heads / keyValueHeads;
        if (groupSize == 1) {
            return kernel.forward(query, key, value, mask);
        }
        if (query.size(2) == 1) { // the heads of a group are as many queries of one head: no copies of a long cache
            Tensor grouped = query.reshape(query.size(0), keyValueHeads, groupSize, headSize);
            AttentionMask sameForAll = mask instanceof AttentionMask.Causal ? AttentionMask.full() : mask;
            return kernel.forward(grouped, key, value, sameForAll).reshape(query.shape());
        }
        return kernel.forward(query, repeated(key), repeated(value), mask);
    }

    /** Hides all but the last {@code window} of the keys that {@code mask} shows to a query. */
    private AttentionMask windowed(AttentionMask mask, Tensor query, Tensor key) {
        if (window == 0 || key.size(2) <= window) {
            return mask;
        }
        Tensor bias = mask instanceof AttentionMask.Additive additive
                ? additive.bias()
                : ExactAttention.causalBias(query.size(2), key.size(2), query.options());
        Tensor visibleFromHere = bias.eq(new Scalar(0)).flip(-1).cumsum(-1).flip(-1); // this key and those behind it
        return new AttentionMask.Additive(
                bias.masked_fill(visibleFromHere.gt(new Scalar(window)), new Scalar(Double.NEGATIVE_INFINITY)));
    }
}
