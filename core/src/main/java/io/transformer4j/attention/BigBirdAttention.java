package io.transformer4j.attention;

import io.transformer4j.attention.TilePattern.Band;
import io.transformer4j.attention.TilePattern.Blocks;
import io.transformer4j.attention.TilePattern.Tile;
import io.transformer4j.attention.TiledOperands.Inputs;
import io.transformer4j.nn.Dropout;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Block-sparse attention (Zaheer et al. 2020): each block of queries sees a few blocks of keys, each head its own. Time and
 * memory grow with the length. Blocks of keys are gathered for one block of queries at a time and multiplied as one matrix.
 */
public final class BigBirdAttention implements Attention {
    private final TiledKernel kernel;
    private final int blockSize;
    private final BlockPattern pattern;
    private final int longestDense;
    private final Attention dense;

    /** The kernel; sequences that aren't multiples of {@code blockSize} are padded inside. */
    public BigBirdAttention(double scale, Dropout dropout, int blockSize, BlockPattern pattern) {
        this(scale, dropout, blockSize, pattern, 0);
    }

    /** As the other, but sequences of up to {@code longestDense} tokens see everything. */
    BigBirdAttention(double scale, Dropout dropout, int blockSize, BlockPattern pattern, int longestDense) {
        if (blockSize < 1) {
            throw new IllegalArgumentException("block_size must be positive, but is " + blockSize);
        }
        this.kernel = new TiledKernel(scale, dropout);
        this.blockSize = blockSize;
        this.pattern = pattern;
        this.longestDense = longestDense;
        this.dense = new FlashAttention(scale, dropout);
    }

    /** {@inheritDoc} The mask may hide padding; queries and keys are the same tokens. */
    @Override
    public Tensor forward(Tensor query, Tensor key, Tensor value, AttentionMask mask) {
        check(query, key, mask);
        long length = query.size(2);
        if (length <= longestDense) {
            return dense.forward(query, key, value, mask);
        }
        long missing = Math.floorMod(-length, (long) blockSize);
        if (mask instanceof AttentionMask.Padding padding) { // padding, as in HF, gets nothing
            Tensor padded = padding.realKeys().logical_not().unsqueeze(1).unsqueeze(-1); // [batch, 1, length, 1]
            return sparse(query, key, value, padding.keyBias(query), missing).masked_fill(padded, new Scalar(0.0));
        }
        return sparse(query, key, value, null, missing);
    }

    private Tensor sparse(Tensor query, Tensor key, Tensor value, @Nullable Tensor keyBias, long missing) {
        long length = query.size(2);
        if (missing == 0) {
            return attend(new Inputs(query, key, value, null, keyBias, null));
        }
        Tensor bias = keyBias == null ? query.new_zeros(query.size(0), length) : keyBias;
        Inputs padded = new Inputs(
                torch.constant_pad_nd(query, 0, 0, 0, missing),
                torch.constant_pad_nd(key, 0, 0, 0, missing),
                torch.constant_pad_nd(value, 0, 0, 0, missing),
                null,
                torch.constant_pad_nd(bias, new long[] {0, missing}, new Scalar(Double.NEGATIVE_INFINITY)),
                null);
        return attend(padded).narrow(2, 0, length);
    }

    @Override
    public double pairs(int heads, long queryLength, long keyLength, boolean causal) {
        if (queryLength <= longestDense) {
            return dense.pairs(heads, queryLength, keyLength, causal);
        }
        int blocks = Math.toIntExact((queryLength + blockSize - 1) / blockSize);
        double seen = 0; // blocks of keys, over all blocks of queries and all heads
        for (int[][] ofHeads : pattern.blocks(heads, blocks)) {
            for (int[] ofHead : ofHeads) {
                seen += ofHead.length == 0 ? blocks : ofHead.length;
            }
        }
        return seen / heads * blockSize * blockSize;
    }

    private static void check(Tensor query, Tensor key, AttentionMask mask) {
        boolean supported = mask instanceof AttentionMask.Full
                || (mask instanceof AttentionMask.Padding padding && !padding.causal());
        if (!supported || query.size(2) != key.size(2)) {
            throw new IllegalArgumentException("big_bird attention is for encoders: it takes as many queries ("
                    + query.size(2) + ") as keys (" + key.size(2) + "), and a mask of padding or none, not " + mask);
        }
    }

    private Tensor attend(Inputs inputs) {
        int heads = (int) inputs.query().size(1);
        return kernel.forward(inputs, operands -> () -> {
                    List<Tile> everything = new Band(operands, Band.ALL, Band.ALL, blockSize).tiles();
                    int[][][] blocks = pattern.blocks(heads, everything.size());
                    List<Tile> tiles = new ArrayList<>(everything.size());
                    for (int i = 0; i < blocks.length; i++) {
                        Tile all = everything.get(i);
                        tiles.add(
                                blocks[i][0].length == 0
                                        ? all
                                        : new Tile(
                                                all.firstQuery(),
                                                all.queries(),
                                                List.of(new Blocks(blocks[i], blockSize))));
                    }
                    return tiles;
                })
                .output();
    }
}
