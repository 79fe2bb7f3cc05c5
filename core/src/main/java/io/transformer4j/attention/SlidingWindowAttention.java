package io.transformer4j.attention;

import io.transformer4j.attention.TilePattern.Band;
import io.transformer4j.attention.TilePattern.Keys;
import io.transformer4j.attention.TilePattern.Tile;
import io.transformer4j.attention.TiledOperands.ExtraKeys;
import io.transformer4j.attention.TiledOperands.Inputs;
import io.transformer4j.nn.Dropout;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Attention to the neighbours of each token, and to and from a few global tokens (Beltagy et al. 2020): time and memory
 * grow with length times window. Tiles of queries are multiplied with the stretch of keys that they see together.
 *
 * <p>With dilation {@code δ}, a token sees every {@code δ}-th neighbour: {@code δ} interleaved sequences with a plain window
 * each.
 */
public final class SlidingWindowAttention implements Attention {
    private final TiledKernel kernel;
    private final TiledAttention full;
    private final int oneSide;
    private final int dilation;

    /**
     * The kernel.
     *
     * @param oneSide keys that are seen on either side of a query, in steps of the dilation; causal masks leave those before
     * @param dilation distance between seen neighbours; 1 for none
     */
    public SlidingWindowAttention(double scale, Dropout dropout, int oneSide, int dilation) {
        if (oneSide < 0 || dilation < 1) {
            throw new IllegalArgumentException(
                    "a window must have 0 or more keys on a side and a dilation of 1 or more," + " but has " + oneSide
                            + " and " + dilation);
        }
        this.kernel = new TiledKernel(scale, dropout);
        this.full = new TiledAttention(scale, dropout);
        this.oneSide = oneSide;
        this.dilation = dilation;
    }

    /** {@inheritDoc} The mask may hide padding and the future, but not have a bias. */
    @Override
    public Tensor forward(Tensor query, Tensor key, Tensor value, AttentionMask mask) {
        return local(query, key, value, mask, null);
    }

    /** {@inheritDoc} Those in the window; global tokens come on top. */
    @Override
    public double pairs(int heads, long queryLength, long keyLength, boolean causal) {
        double pairs = 0;
        for (int part = 0; part < dilation; part++) {
            double length = Math.ceil((queryLength - part) / (double) dilation);
            double reach = Math.min(oneSide, Math.max(0, length - 1));
            double before = reach * (reach + 1) / 2 + (length - 1 - reach) * reach; // Σ min(i, oneSide), i < length
            pairs += length + (causal ? before : 2 * before);
        }
        return pairs;
    }

    /** As {@link #forward}, with global tokens that have the same queries, keys and values as all others. */
    public Tensor forward(Tensor query, Tensor key, Tensor value, AttentionMask mask, GlobalTokens global) {
        return global.isEmpty()
                ? forward(query, key, value, mask)
                : global.replaceIn(local(query, key, value, mask, global), global(query, key, value, mask, global));
    }

    /**
     * What ordinary queries see: their neighbours and all global tokens, each once.
     *
     * @return {@code [batch, heads, length, headSize]}; the rows of global tokens mean nothing
     */
    Tensor local(Tensor query, Tensor key, Tensor value, AttentionMask mask, @Nullable GlobalTokens global) {
        boolean causal = causal(mask);
        boolean seesGlobal = global != null && !global.isEmpty();
        Tensor keyBias = mask instanceof AttentionMask.Padding padding ? padding.keyBias(query) : null;
        ExtraKeys extra = null;
        if (seesGlobal) {
            Tensor all = keyBias == null ? query.new_zeros(key.size(0), key.size(2)) : keyBias;
            extra = new ExtraKeys(
                    global.rowsOf(key), global.rowsOf(value), global.bias(all), global.positionsLike(query));
            keyBias = global.hideIn(all.clone());
        }
        Inputs inputs = new Inputs(query, key, value, null, keyBias, extra);
        if (dilation == 1) {
            return attend(inputs, causal);
        }
        Interleaved parts = new Interleaved(inputs);
        return parts.join(attend(parts.inputs(), causal));
    }

    private Tensor attend(Inputs inputs, boolean causal) {
        return kernel.forward(inputs, operands -> {
                    TilePattern band = new Band(operands, oneSide, causal ? 0 : oneSide);
                    int extra = inputs.extra() == null
                            ? 0
                            : (int) inputs.extra().key().size(2);
                    return extra == 0 ? band : () -> withExtra(band.tiles(), extra, causal);
                })
                .output();
    }

    private static List<Tile> withExtra(List<Tile> tiles, int extra, boolean causal) {
        return tiles.stream()
                .map(tile -> {
                    List<Keys> keys = new ArrayList<>(tile.keys());
                    keys.add(0, new TilePattern.Extra(extra, causal));
                    return new Tile(tile.firstQuery(), tile.queries(), keys);
                })
                .toList();
    }

    /**
     * What global queries see: everything.
     *
     * @return {@code [batch, heads, most, headSize]}, for {@link GlobalTokens#replaceIn}
     */
    Tensor global(Tensor query, Tensor key, Tensor value, AttentionMask mask, GlobalTokens global) {
        Tensor rows = global.rowsOf(query); // [batch, heads, most, headSize]
        if (!causal(mask)) {
            return full.forward(rows, key, value, mask);
        }
        Tensor positions = torch.arange(new Scalar(key.size(2)), query.options());
        Tensor later = positions
                .view(1, 1, 1, -1)
                .gt(global.positionsLike(query).unsqueeze(1).unsqueeze(-1)); // [batch, 1, most, length]
        Tensor bias =
                rows.new_zeros(later.sizes().vec().get()).masked_fill_(later, new Scalar(Double.NEGATIVE_INFINITY));
        if (mask instanceof AttentionMask.Padding padding) {
            bias.add_(padding.keyBias(query).unsqueeze(1).unsqueeze(1));
        }
        return full.forward(rows, key, value, new AttentionMask.Additive(bias));
    }

    private static boolean causal(AttentionMask mask) {
        if (mask.changesScores()) {
            throw new IllegalArgumentException("sliding windows take no additive mask: use full or flash attention");
        }
        return mask instanceof AttentionMask.Causal
                || (mask instanceof AttentionMask.Padding padding && padding.causal());
    }

    /** Sequences taken apart into {@link #dilation} interleaved ones, and back. */
    private final class Interleaved {
        private final Inputs whole;
        private final long batch;
        private final long length;
        private final long each;

        Interleaved(Inputs whole) {
            this.whole = whole;
            batch = whole.query().size(0);
            length = whole.query().size(2);
            each = (length + dilation - 1) / dilation;
            if (whole.key().size(2) != length) {
                throw new IllegalArgumentException("a dilated window needs as many queries (" + length + ") as keys ("
                        + whole.key().size(2) + ")");
            }
        }

        Inputs inputs() {
            Tensor bias = whole.keyBias() == null ? whole.query().new_zeros(batch, length) : whole.keyBias();
            Tensor padded = torch.constant_pad_nd(
                    bias, new long[] {0, each * dilation - length}, new Scalar(Double.NEGATIVE_INFINITY));
            Tensor keyBias = padded.view(batch, each, dilation).transpose(1, 2).reshape(batch * dilation, each);
            return new Inputs(split(whole.query()), split(whole.key()), split(whole.value()), null, keyBias, extra());
        }

        private @Nullable ExtraKeys extra() {
            ExtraKeys extra = whole.extra();
            if (extra == null) {
                return null;
            }
            List<Tensor> positions = new ArrayList<>(); // the same moment, counted in each part's own steps
            for (int part = 0; part < dilation; part++) {
                positions.add(extra.positions()
                        .sub(new Scalar(part))
                        .div(new Scalar(dilation))
                        .ceil());
            }
            return new ExtraKeys(
                    repeat(extra.key()),
                    repeat(extra.value()),
                    repeat(extra.bias()),
                    torch.stack(new TensorVector(positions.toArray(Tensor[]::new)), 1)
                            .flatten(0, 1));
        }

        private Tensor repeat(Tensor tensor) {
            return tensor.repeat_interleave(dilation, new LongOptional(0), new LongOptional());
        }

        /** {@code [batch, heads, length, size]} to {@code [batch · dilation, heads, each, size]}. */
        private Tensor split(Tensor tensor) {
            return torch.constant_pad_nd(tensor, 0, 0, 0, each * dilation - length)
                    .view(batch, tensor.size(1), each, dilation, tensor.size(3))
                    .permute(0, 3, 1, 2, 4)
                    .reshape(batch * dilation, tensor.size(1), each, tensor.size(3));
        }

        Tensor join(Tensor parts) {
            return parts.view(batch, dilation, parts.size(1), each, parts.size(3))
                    .permute(0, 2, 3, 1, 4)
                    .reshape(batch, parts.size(1), each * dilation, parts.size(3))
                    .narrow(2, 0, length);
        }
    }
}
