package io.transformer4j.attention;

import io.transformer4j.attention.TilePattern.Blocks;
import io.transformer4j.attention.TilePattern.Extra;
import io.transformer4j.attention.TilePattern.Keys;
import io.transformer4j.attention.TilePattern.Range;
import io.transformer4j.attention.TilePattern.Tile;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * The inputs of a {@link TiledKernel}, cut into what one tile needs. Sequences and heads are one dimension, of which a
 * {@link Group} is computed at a time.
 */
final class TiledOperands {
    /** Scores computed at a time: few enough to stay in the cache between operations. */
    private static final long MAX_SCORES = 1 << 20;

    /** Groups that the work is divided into at least, so that several threads find some. */
    private static final long MIN_GROUPS = 4;

    /**
     * What attention is computed from.
     *
     * @param query {@code [batch, heads, queries, headSize]}
     * @param key {@code [batch, heads, keys, headSize]}
     * @param value {@code [batch, heads, keys, headSize]}
     * @param bias added to the scores of the ordinary keys, broadcastable to {@code [batch, heads, queries, keys]}
     * @param keyBias added to all scores of an ordinary key, {@code [batch, keys]}; has no gradient
     * @param extra more keys, which patterns can name
     */
    record Inputs(
            Tensor query,
            Tensor key,
            Tensor value,
            @Nullable Tensor bias,
            @Nullable Tensor keyBias,
            @Nullable ExtraKeys extra) {
        /** Inputs with the parts of {@code mask} that aren't a matter of the pattern. */
        static Inputs of(Tensor query, Tensor key, Tensor value, AttentionMask mask) {
            if (mask instanceof AttentionMask.Replacing) {
                throw new IllegalArgumentException("tiles take no mask that replaces scores: use full attention");
            }
            Tensor bias = mask instanceof AttentionMask.Additive additive ? additive.bias() : null;
            Tensor keyBias = mask instanceof AttentionMask.Padding padding ? padding.keyBias(query) : null;
            return new Inputs(query, key, value, bias, keyBias, null);
        }

        /** Everything a gradient may flow to. */
        List<Tensor> differentiable() {
            List<Tensor> result = new ArrayList<>(List.of(query, key, value));
            if (bias != null) {
                result.add(bias);
            }
            if (extra != null) {
                result.add(extra.key());
                result.add(extra.value());
            }
            return result;
        }
    }

    /**
     * Keys that aren't neighbours of anything, such as those of global tokens.
     *
     * @param key {@code [batch, heads, count, headSize]}
     * @param value {@code [batch, heads, count, headSize]}
     * @param bias {@code [batch, count]}, added to their scores
     * @param positions {@code [batch, count]}, where they stand, for causal patterns; of the dtype of the query
     */
    record ExtraKeys(Tensor key, Tensor value, Tensor bias, Tensor positions) {}

    /** Neighbouring rows of the dimension of sequences and heads: some heads of a sequence, or all heads of some. */
    record Group(int first, int count) {}

    private final long batch;
    private final long heads;
    private final Tensor query; // [batch · heads, queries, headSize], scaled
    private final Tensor key;
    private final Tensor value;
    private final @Nullable Tensor bias; // four dimensions
    private final boolean biasIsTrained;
    private final @Nullable Tensor keyBias; // [batch · heads, keys]
    private final @Nullable Tensor extraKey;
    private final @Nullable Tensor extraValue;
    private final @Nullable Tensor extraBias; // [batch · heads, 1, extra]
    private final @Nullable Tensor extraPositions; // [batch · heads, 1, extra]

    TiledOperands(Inputs inputs, double scale) {
        batch = inputs.query().size(0);
        heads = inputs.query().size(1);
        query = rows(inputs.query()).mul(new Scalar(scale));
        key = rows(inputs.key());
        value = rows(inputs.value());
        bias = inputs.bias() == null ? null : fourDimensions(inputs.bias()).toType(query.scalar_type());
        biasIsTrained = inputs.bias() != null && inputs.bias().requires_grad();
        keyBias = inputs.keyBias() == null ? null : perHead(inputs.keyBias());
        ExtraKeys extra = inputs.extra();
        extraKey = extra == null ? null : rows(extra.key());
        extraValue = extra == null ? null : rows(extra.value());
        extraBias = extra == null ? null : perHead(extra.bias()).unsqueeze(1);
        extraPositions = extra == null ? null : perHead(extra.positions()).unsqueeze(1);
    }

    /** {@code [batch · heads, length, size]}, in memory order and at least in float32: sums over keys need it. */
    private static Tensor rows(Tensor tensor) {
        Tensor full = tensor.scalar_type().intern() == ScalarType.Double ? tensor : tensor.toType(ScalarType.Float);
        return full.contiguous().view(-1, tensor.size(2), tensor.size(3));
    }

    static Tensor fourDimensions(Tensor bias) {
        Tensor result = bias;
        while (result.dim() < 4) {
            result = result.unsqueeze(0);
        }
        return result;
    }

    private Tensor perHead(Tensor perSequence) {
        return perSequence
                .toType(query.scalar_type())
                .unsqueeze(1)
                .expand(batch, heads, perSequence.size(1))
                .reshape(batch * heads, perSequence.size(1))
                .contiguous(); // heads of a single sequence would be views of one row, but blocks are cut from each
    }

    /** Whether heads or sequences add to the same elements of a bias' gradient. */
    boolean sharesTrainedBias() {
        return biasIsTrained && bias != null && bias.size(0) * bias.size(1) < batch * heads;
    }

    int queries() {
        return (int) query.size(1);
    }

    int keys() {
        return (int) key.size(1);
    }

    TensorOptions options() {
        return query.options();
    }

    Tensor newOutput() {
        return query.new_empty(query.size(0), query.size(1), value.size(2));
    }

    Tensor newRowStatistics() {
        return query.new_empty(query.size(0), query.size(1), 1);
    }

    /** {@code [batch · heads, …]} as {@code [batch, heads, …]}. */
    Tensor perSequence(Tensor rows) {
        return rows.view(batch, heads, rows.size(1), rows.size(2));
    }

    /** {@code [batch, heads, …]} as a tile program's rows. */
    Tensor rowsOf(Tensor perSequence) {
        return rows(perSequence);
    }

    /** Groups small enough for tiles of this pattern; no two of them have a gradient in common, but for that of a bias. */
    List<Group> groups(List<Tile> tiles) {
        long scores = 1;
        for (Tile tile : tiles) {
            for (Keys keys : tile.keys()) {
                scores = Math.max(scores, (long) tile.queries() * keys.count());
            }
        }
        long fitting = Math.max(1, Math.min(MAX_SCORES / scores, batch * heads / MIN_GROUPS));
        long size = fitting >= heads ? fitting / heads * heads : largestDivisor(heads, fitting);
        List<Group> groups = new ArrayList<>();
        for (long first = 0; first < batch * heads; first += size) {
            groups.add(new Group((int) first, (int) Math.min(size, batch * heads - first)));
        }
        return groups;
    }

    private static long largestDivisor(long number, long limit) {
        long divisor = limit;
        while (number % divisor != 0) {
            divisor--;
        }
        return divisor;
    }

    Tensor query(Group group, Tile tile) {
        return ofTile(query, group, tile);
    }

    static Tensor ofTile(Tensor rows, Group group, Tile tile) {
        return ofGroup(rows, group).narrow(1, tile.firstQuery(), tile.queries());
    }

    private static Tensor ofGroup(Tensor rows, Group group) {
        return rows.narrow(0, group.first(), group.count());
    }

    Tensor key(Group group, Keys keys) {
        return select(key, extraKey, group, keys);
    }

    Tensor value(Group group, Keys keys) {
        return select(value, extraValue, group, keys);
    }

    private Tensor select(Tensor ordinary, @Nullable Tensor extra, Group group, Keys keys) {
        if (keys instanceof Range range) {
            return ofGroup(ordinary, group).narrow(1, range.first(), range.count());
        }
        if (keys instanceof Blocks blocks) {
            return asBlocks(ordinary, blocks)
                    .index_select(0, index(group, blocks))
                    .view(group.count(), keys.count(), ordinary.size(2));
        }
        return ofGroup(required(extra), group);
    }

    /** Each block a row. */
    private static Tensor asBlocks(Tensor rows, Blocks blocks) {
        return rows.view(rows.size(0) * rows.size(1) / blocks.size(), blocks.size() * rows.size(2));
    }

    private Tensor index(Group group, Blocks blocks) {
        int each = blocks.blocks()[0].length;
        long perHead = key.size(1) / blocks.size();
        long[] index = new long[group.count() * each];
        for (int row = 0; row < group.count(); row++) {
            int[] ofHead = blocks.blocks()[(int) ((group.first() + row) % heads)];
            for (int i = 0; i < each; i++) {
                index[row * each + i] = (group.first() + row) * perHead + ofHead[i];
            }
        }
        return Tensor.create(index).to(key.device(), ScalarType.Long);
    }

    /** {@code [group, queries, keys]}: the scaled scores with everything that is added to them. */
    Tensor scores(Tensor query, Tensor key, Group group, Tile tile, Keys keys) {
        Tensor scores = torch.bmm(query, key.transpose(1, 2));
        if (keys instanceof Extra extra) {
            scores.add_(ofGroup(required(extraBias), group));
            return extra.causal() ? scores.add_(behind(group, tile)) : scores;
        }
        if (keyBias != null) {
            scores.add_(select(keyBias.unsqueeze(2), null, group, keys).transpose(1, 2));
        }
        if (keys instanceof Range range) {
            if (range.hidden() != null) {
                scores.add_(range.hidden());
            }
            if (bias != null) {
                perSequence(scores, group).add_(biasOf(bias, group, tile, range));
            }
        }
        return scores;
    }

    /** {@code -∞} where an extra key stands behind the query. */
    private Tensor behind(Group group, Tile tile) {
        Tensor positions = ofGroup(required(extraPositions), group); // [group, 1, extra]
        long first = tile.firstQuery() + key.size(1) - query.size(1);
        Tensor own = torch.arange(new Scalar(first), new Scalar(first + tile.queries()), options())
                .unsqueeze(1); // [queries, 1]
        Tensor later = positions.gt(own);
        return torch.zeros_like(later, options(), new MemoryFormatOptional())
                .masked_fill_(later, new Scalar(Double.NEGATIVE_INFINITY));
    }

    private Tensor perSequence(Tensor scores, Group group) {
        long headsInGroup = Math.min(heads, group.count());
        return scores.view(group.count() / headsInGroup, headsInGroup, scores.size(1), scores.size(2));
    }

    private Tensor biasOf(Tensor whole, Group group, Tile tile, Range range) {
        long headsInGroup = Math.min(heads, group.count());
        Tensor part = cut(whole, 0, group.first() / heads, group.count() / headsInGroup);
        part = cut(part, 1, group.first() % heads, headsInGroup);
        part = cut(part, 2, tile.firstQuery(), tile.queries());
        return cut(part, 3, range.first(), range.count());
    }

    /** A part of a dimension that may be broadcast. */
    static Tensor cut(Tensor tensor, int dimension, long first, long count) {
        return tensor.size(dimension) == 1 ? tensor : tensor.narrow(dimension, first, count);
    }

    private static Tensor required(@Nullable Tensor tensor) {
        return Objects.requireNonNull(tensor, "the pattern asks for extra keys, but there are none");
    }

    /** Sums up the gradients of all inputs. */
    final class Gradients {
        private final Tensor ofQuery = torch.zeros_like(query);
        private final Tensor ofKey = torch.zeros_like(key);
        private final Tensor ofValue = torch.zeros_like(value);
        private final @Nullable Tensor ofBias = bias != null && biasIsTrained ? torch.zeros_like(bias) : null;
        private final @Nullable Tensor ofExtraKey = extraKey == null ? null : torch.zeros_like(extraKey);
        private final @Nullable Tensor ofExtraValue = extraValue == null ? null : torch.zeros_like(extraValue);

        /** Adds {@code left · right} to the gradient of the tile's queries, which are scaled. */
        void addToQuery(Group group, Tile tile, Tensor left, Tensor right) {
            ofTile(ofQuery, group, tile).baddbmm_(left, right);
        }

        void addToKey(Group group, Keys keys, Tensor left, Tensor right) {
            add(ofKey, ofExtraKey, group, keys, left, right);
        }

        void addToValue(Group group, Keys keys, Tensor left, Tensor right) {
            add(ofValue, ofExtraValue, group, keys, left, right);
        }

        private void add(Tensor ordinary, @Nullable Tensor extra, Group group, Keys keys, Tensor left, Tensor right) {
            if (keys instanceof Blocks blocks) {
                Tensor target = asBlocks(ordinary, blocks);
                target.index_add_(
                        0, index(group, blocks), torch.bmm(left, right).view(-1, target.size(1)));
            } else {
                select(ordinary, extra, group, keys).baddbmm_(left, right);
            }
        }

        void addToBias(Group group, Tile tile, Keys keys, Tensor ofScores) {
            if (ofBias != null && keys instanceof Range range) {
                Tensor target = biasOf(ofBias, group, tile, range);
                target.add_(perSequence(ofScores, group)
                        .sum_to_size(target.sizes().vec().get()));
            }
        }

        /** In the order of {@link Inputs#differentiable}. */
        @Nullable
        Tensor[] get(Inputs inputs, double scale) {
            List<@Nullable Tensor> result = new ArrayList<>();
            result.add(like(ofQuery.mul_(new Scalar(scale)), inputs.query()));
            result.add(like(ofKey, inputs.key()));
            result.add(like(ofValue, inputs.value()));
            if (inputs.bias() != null) {
                result.add(ofBias == null ? null : like(ofBias, inputs.bias()));
            }
            if (inputs.extra() != null) {
                result.add(like(required(ofExtraKey), inputs.extra().key()));
                result.add(like(required(ofExtraValue), inputs.extra().value()));
            }
            return result.toArray(Tensor[]::new);
        }

        private static Tensor like(Tensor gradient, Tensor input) {
            return gradient.view(input.sizes().vec().get()).toType(input.scalar_type());
        }
    }
}
