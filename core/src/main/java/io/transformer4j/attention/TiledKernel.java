package io.transformer4j.attention;

import io.transformer4j.attention.TilePattern.Keys;
import io.transformer4j.attention.TilePattern.Tile;
import io.transformer4j.attention.TiledOperands.Group;
import io.transformer4j.attention.TiledOperands.Inputs;
import io.transformer4j.nn.Dropout;
import io.transformer4j.torch.ComputePool;
import io.transformer4j.torch.CustomGradient;
import io.transformer4j.torch.TensorScope;
import java.util.List;
import java.util.function.Function;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Exact attention over the keys that a {@link TilePattern} names, tile by tile with a running softmax (Dao et al. 2022,
 * algorithms 1 and 4): the matrix of weights never exists. The forward pass keeps the logarithm of each row's sum; the
 * backward pass computes the weights again from it.
 *
 * <p>The work is in products of whole tiles, which run at the rate of large ones; what is done to the scores between
 * them stays in the cache.
 */
final class TiledKernel {
    /** Stands for the maximum of a row that sees nothing: less than any score, but finite. */
    private static final double LOWEST = -1e30;

    private static final double TINY = 1e-30;
    private static final long[] KEYS = {2};

    private final double scale;
    private final Dropout dropout;

    TiledKernel(double scale, Dropout dropout) {
        this.scale = scale;
        this.dropout = dropout;
    }

    /**
     * An output and what it was normalized by.
     *
     * @param output {@code [batch, heads, queries, headSize]}
     * @param logSumExp {@code [batch, heads, queries, 1]}: the logarithm of the sum of each row's exponentials; without
     *     gradient
     */
    record Result(Tensor output, Tensor logSumExp) {}

    /** Attention with gradients to all inputs; a row that sees no key is zero. */
    Result forward(Inputs inputs, Function<TiledOperands, TilePattern> pattern) {
        Run[] run = new Run[1];
        Tensor output = CustomGradient.of(
                inputs.differentiable(),
                () -> {
                    run[0] = new Run(inputs, pattern);
                    return run[0].forward();
                },
                upstream -> run[0].backward(upstream));
        return new Result(output, run[0].operands.perSequence(run[0].logSumExp));
    }

    /** One forward pass, and the backward passes that follow it. */
    private final class Run {
        private final Inputs inputs;
        private final TiledOperands operands;
        private final List<Tile> tiles;
        private final List<Group> groups;
        private final long partsOfGroup;
        private final Tensor output;
        private final Tensor logSumExp;
        private final Dropout.@Nullable Masks masks;

        Run(Inputs inputs, Function<TiledOperands, TilePattern> pattern) {
            this.inputs = inputs;
            operands = new TiledOperands(inputs, scale);
            tiles = pattern.apply(operands).tiles();
            groups = operands.groups(tiles);
            partsOfGroup = tiles.stream().mapToLong(tile -> tile.keys().size()).sum();
            output = operands.newOutput();
            logSumExp = operands.newRowStatistics();
            masks = dropout.isActive() ? dropout.masks() : null;
        }

        Tensor forward() {
            forEachTile((group, tile, part) -> forward(group, tile, part));
            return operands.perSequence(output).toType(inputs.query().scalar_type());
        }

        private void forEachTile(TileWork work) {
            if (operands.sharesTrainedBias()) {
                for (int number = 0; number < groups.size(); number++) {
                    forEachTile(number, work);
                }
            } else {
                ComputePool.inParts(groups.size(), number -> forEachTile(number, work));
            }
        }

        private void forEachTile(int group, TileWork work) {
            long part = group * partsOfGroup;
            for (Tile tile : tiles) {
                try (TensorScope scope = new TensorScope()) {
                    work.on(groups.get(group), tile, part);
                }
                part += tile.keys().size();
            }
        }

        private void forward(Group group, Tile tile, long firstPart) {
            Tensor query = operands.query(group, tile);
            Tensor max = null;
            Tensor sum = null;
            Tensor mixed = null;
            long part = firstPart;
            for (Keys keys : tile.keys()) {
                Tensor value = operands.value(group, keys);
                Tensor scores = operands.scores(query, operands.key(group, keys), group, tile, keys);
                Tensor top = scores.amax(KEYS, true).clamp_min_(new Scalar(LOWEST)); // [group, queries, 1]
                if (max != null) {
                    top = torch.maximum(max, top);
                }
                Tensor weights = scores.sub_(top).exp_(); // [group, queries, keys]
                Tensor partSum = weights.sum(KEYS, true, new ScalarTypeOptional());
                dropped(weights, part++);
                if (max == null || sum == null || mixed == null) {
                    sum = partSum;
                    mixed = torch.bmm(weights, value); // [group, queries, headSize]
                } else {
                    Tensor shrink = max.sub_(top).exp_();
                    sum.mul_(shrink).add_(partSum);
                    mixed.mul_(shrink).baddbmm_(weights, value);
                }
                max = top;
            }
            Tensor target = TiledOperands.ofTile(output, group, tile);
            if (max == null || sum == null || mixed == null) {
                target.zero_();
                return;
            }
            torch.div_out(target, mixed, sum.clamp_min_(new Scalar(TINY)));
            TiledOperands.ofTile(logSumExp, group, tile).copy_(max.add_(sum.log_()));
        }

        private Tensor dropped(Tensor weights, long part) {
            return masks == null ? weights : weights.mul_(masks.part(part, weights));
        }

        @Nullable
        Tensor[] backward(Tensor upstream) {
            Tensor ofOutput = operands.rowsOf(upstream);
            TiledOperands.Gradients gradients = operands.new Gradients();
            forEachTile((group, tile, part) -> backward(gradients, ofOutput, group, tile, part));
            return gradients.get(inputs, scale);
        }

        private void backward(
                TiledOperands.Gradients gradients, Tensor upstream, Group group, Tile tile, long firstPart) {
            Tensor query = operands.query(group, tile);
            Tensor ofOutput = TiledOperands.ofTile(upstream, group, tile);
            Tensor logSum = TiledOperands.ofTile(logSumExp, group, tile);
            // Σ_j w_j · dw_j = dO · O, whatever was dropped (Dao et al. 2022, appendix B.2)
            Tensor mean = ofOutput.mul(TiledOperands.ofTile(output, group, tile))
                    .sum(KEYS, true, new ScalarTypeOptional()); // [group, queries, 1]
            long part = firstPart;
            for (Keys keys : tile.keys()) {
                Tensor key = operands.key(group, keys);
                Tensor value = operands.value(group, keys);
                Tensor weights = operands.scores(query, key, group, tile, keys)
                        .sub_(logSum)
                        .exp_(); // [group, queries, keys]
                Tensor ofWeights = torch.bmm(ofOutput, value.transpose(1, 2));
                if (masks == null) {
                    gradients.addToValue(group, keys, weights.transpose(1, 2), ofOutput);
                } else {
                    Tensor mask = masks.part(part++, weights);
                    gradients.addToValue(group, keys, weights.mul(mask).transpose(1, 2), ofOutput);
                    ofWeights.mul_(mask);
                }
                Tensor ofScores = ofWeights.sub_(mean).mul_(weights);
                gradients.addToBias(group, tile, keys, ofScores);
                gradients.addToQuery(group, tile, ofScores, key);
                gradients.addToKey(group, keys, ofScores.transpose(1, 2), query);
            }
        }
    }

    @FunctionalInterface
    private interface TileWork {
        void on(Group group, Tile tile, long firstPart);
    }
}
