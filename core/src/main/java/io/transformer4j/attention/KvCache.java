package io.transformer4j.attention;

import io.transformer4j.torch.TensorScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * Keys and values of the tokens that a decoder has seen, so that each new token costs one row instead of a whole pass.
 * Sequences of a batch may have different lengths. Memory grows by doubling, lives outside scopes and is freed by {@link
 * #close}. Not thread-safe.
 */
public final class KvCache implements AutoCloseable {
    /** How many rows of a whole batch are copied in the time of one by {@code index_copy_}. */
    private static final int INDEX_COPY_COST = 2;

    private int[] lengths;
    private int longest;
    private final List<Layer> layers = new ArrayList<>();

    /** An empty cache for {@code layers} layers and {@code batchSize} sequences. */
    public KvCache(int layers, int batchSize) {
        this.lengths = new int[batchSize];
        for (int i = 0; i < layers; i++) {
            this.layers.add(new Layer());
        }
    }

    /** The part that belongs to one layer. */
    public Layer layer(int index) {
        return layers.get(index);
    }

    /** Number of sequences. */
    public int batchSize() {
        return lengths.length;
    }

    /** Tokens of one sequence that are in the cache. */
    public int length(int sequence) {
        return lengths[sequence];
    }

    /** Tokens that the longest sequence has or, if it has been left out, would have by now. */
    public int longest() {
        return longest;
    }

    /** Positions of the rows of {@code layout} when its sequences continue those of the cache. */
    public long[] positions(SequenceLayout layout) {
        long[] positions = layout.positions();
        int row = 0;
        for (int sequence = 0; sequence < layout.batchSize(); sequence++) {
            for (int i = 0; i < layout.length(sequence); i++) {
                positions[row++] += lengths[sequence];
            }
        }
        return positions;
    }

    /** Counts the tokens of {@code layout}; call it once after all layers have appended theirs. */
    public void advance(SequenceLayout layout) {
        longest += layout.maxLength();
        for (int sequence = 0; sequence < lengths.length; sequence++) {
            lengths[sequence] += layout.length(sequence);
        }
    }

    /**
     * Makes sequence {@code i} what sequence {@code sources[i]} was. Sequences may be left out, which shrinks the batch, or
     * taken more than once, as beams are.
     *
     * @throws IndexOutOfBoundsException if there is no such sequence
     */
    public void select(int... sources) {
        if (Arrays.equals(sources, IntStream.range(0, lengths.length).toArray())) {
            return;
        }
        int used = Arrays.stream(lengths).max().orElse(0);
        int[] selected = new int[sources.length];
        for (int i = 0; i < sources.length; i++) {
            selected[i] = lengths[sources[i]];
        }
        layers.forEach(layer -> layer.select(sources, used));
        lengths = selected;
    }

    @Override
    public void close() {
        layers.forEach(Layer::close);
    }

    /** What a run of sequences may attend to. */
    record Context(Tensor key, Tensor value, AttentionMask mask) {}

    /** Keys and values of one layer. */
    public final class Layer {
        private @Nullable Tensor keys; // [batch, heads, capacity, headSize]
        private @Nullable Tensor values;

        /**
         * Adds the keys and values of a run's new tokens.
         *
         * @param key {@code [run.sequences, heads, run.length, headSize]}
         * @param value same shape
         * @return everything that these sequences have so far, and which of it the new queries may see
         */
        Context append(SequenceLayout.Run run, Tensor key, Tensor value) {
            int last = run.firstSequence() + run.sequences();
            int[] before = Arrays.copyOfRange(lengths, run.firstSequence(), last);
            int longest = Arrays.stream(before).max().orElseThrow() + run.length();
            try (NoGradGuard guard = new NoGradGuard()) {
                keys = ensureCapacity(keys, key, longest);
                values = ensureCapacity(values, value, longest);
                boolean even = Arrays.stream(before).allMatch(length -> length == before[0]);
                store(keys, key, run, before, even);
                store(values, value, run, before, even);
                AttentionMask mask = even ? AttentionMask.causal() : raggedMask(before, run.length(), longest, key);
                return new Context(seen(keys, run, longest), seen(values, run, longest), mask);
            }
        }

        private Tensor seen(Tensor store, SequenceLayout.Run run, int longest) {
            return store.narrow(0, run.firstSequence(), run.sequences()).narrow(2, 0, longest);
        }

        private void store(Tensor store, Tensor fresh, SequenceLayout.Run run, int[] before, boolean even) {
            if (even) {
                store.narrow(0, run.firstSequence(), run.sequences())
                        .narrow(2, before[0], run.length())
                        .copy_(fresh);
                return;
            }
            for (int i = 0; i < before.length; i++) {
                store.select(0, run.firstSequence() + (long) i)
                        .narrow(1, before[i], run.length())
                        .copy_(fresh.select(0, i));
            }
        }

        /** {@code [sequences, 1, length, longest]}: query i of a sequence sees the keys up to its own position. */
        private AttentionMask raggedMask(int[] before, int length, int longest, Tensor like) {
            long[] limits = new long[before.length * length];
            for (int i = 0; i < limits.length; i++) {
                limits[i] = (long) before[i / length] + i % length;
            }
            Tensor limit =
                    Tensor.create(limits).to(like.device(), ScalarType.Long).view(before.length, 1, length, 1);
            Tensor position = torch.arange(new Scalar(longest)).to(like.device(), ScalarType.Long);
            Tensor bias = like.new_zeros(before.length, 1, length, longest);
            return new AttentionMask.Additive(
                    bias.masked_fill_(position.gt(limit), new Scalar(Double.NEGATIVE_INFINITY)));
        }

        private Tensor ensureCapacity(@Nullable Tensor store, Tensor like, int needed) {
            if (store != null && store.size(2) >= needed) {
                return store;
            }
            try (TensorScope scope = new TensorScope()) {
                long capacity = Math.max(needed, store == null ? 64 : 2 * store.size(2));
                Tensor larger = like.new_zeros(lengths.length, like.size(1), capacity, like.size(3));
                if (store != null) {
                    larger.narrow(2, 0, store.size(2)).copy_(store);
                    TensorScope.release(store);
                }
                return TensorScope.retain(larger);
            }
        }

        private void select(int[] sources, int used) {
            if (keys != null && values != null) {
                keys = selected(keys, sources, used);
                values = selected(values, sources, used);
            }
        }

        /** Copies no more than it must: rows may stay where they are, and a smaller batch stays in its memory. */
        private static Tensor selected(Tensor store, int[] sources, int used) {
            try (TensorScope scope = new TensorScope();
                    NoGradGuard guard = new NoGradGuard()) {
                int[] moved = IntStream.range(0, sources.length)
                        .filter(row -> sources[row] != row)
                        .toArray();
                Tensor filled = store.narrow(2, 0, used);
                if (sources.length <= store.size(0) && moved.length < sources.length / INDEX_COPY_COST) {
                    if (moved.length > 0) {
                        Tensor fresh = filled.index_select(
                                0, index(Arrays.stream(moved).map(row -> sources[row]), store));
                        filled.index_copy_(0, index(Arrays.stream(moved), store), fresh);
                    }
                    return resized(store, sources.length);
                }
                Tensor fresh = filled.index_select(0, index(Arrays.stream(sources), store));
                Tensor result = resized(store, sources.length);
                result.narrow(2, 0, used).copy_(fresh);
                return result;
            }
        }

        /** Memory for {@code rows} sequences; as long as there is enough of it, the same. */
        private static Tensor resized(Tensor store, int rows) {
            if (rows == store.size(0)) {
                return store;
            }
            // zeros: a shorter sequence's masked places behind its end enter products, where a NaN would survive the
            // mask
            Tensor other = TensorScope.retain(
                    rows < store.size(0)
                            ? store.narrow(0, 0, rows)
                            : store.new_zeros(rows, store.size(1), store.size(2), store.size(3)));
            TensorScope.release(store);
            return other;
        }

        private static Tensor index(IntStream rows, Tensor like) {
            return Tensor.create(rows.asLongStream().toArray()).to(like.device(), ScalarType.Long);
        }

        private void close() {
            if (keys != null && values != null) {
                TensorScope.release(keys);
                TensorScope.release(values);
                keys = null;
                values = null;
            }
        }
    }
}
