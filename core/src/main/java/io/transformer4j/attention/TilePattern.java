package io.transformer4j.attention;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** Which keys each tile of queries looks at. */
@FunctionalInterface
interface TilePattern {
    /**
     * Neighbouring queries and what they look at; keys that are listed twice count twice.
     *
     * @param keys a running softmax goes over these parts in order; without any, the output is zero
     */
    record Tile(int firstQuery, int queries, List<Keys> keys) {}

    /** Some keys. */
    sealed interface Keys {
        /** How many. */
        int count();
    }

    /**
     * Neighbouring keys.
     *
     * @param hidden {@code [queries, count]}, added to the scores; null if all of them are visible
     */
    record Range(int first, int count, @Nullable Tensor hidden) implements Keys {}

    /**
     * Blocks of keys, other ones for each head.
     *
     * @param blocks for each head, the numbers of its blocks; the same number of blocks for each
     * @param size keys in a block; it divides the number of keys
     */
    record Blocks(int[][] blocks, int size) implements Keys {
        @Override
        public int count() {
            return blocks[0].length * size;
        }
    }

    /** The operation's extra keys: all of them, or those at or before each query. */
    record Extra(int count, boolean causal) implements Keys {}

    /** The tiles; together they hold every query once. */
    List<Tile> tiles();

    /**
     * A band around the diagonal that ends in the last corner: the query at position {@code p} sees the keys from {@code p
     * - before} to {@code p + after}.
     */
    final class Band implements TilePattern {
        /** Stands for no limit. */
        static final int ALL = Integer.MAX_VALUE / 4;

        /** Products of this many keys run at full rate; twice as many don't run faster, and leave the cache. */
        private static final int KEYS = 1024;

        private final int queries;
        private final int keys;
        private final int before;
        private final int after;
        private final int tile;
        private final TensorOptions options;
        private final Map<List<Integer>, Tensor> masks = new HashMap<>();

        /** A band over the keys of {@code operands}. */
        Band(TiledOperands operands, int before, int after) {
            this(operands, before, after, tile(before, after));
        }

        /** A band in tiles of {@code tile} queries. */
        Band(TiledOperands operands, int before, int after, int tile) {
            this.queries = operands.queries();
            this.keys = operands.keys();
            this.before = before;
            this.after = after;
            this.tile = tile;
            this.options = operands.options();
        }

        /**
         * A tile of t queries computes t + before + after keys a query, of which before + after are wanted; but small
         * products are slow.
         */
        private static int tile(int before, int after) {
            long width = (long) before + after;
            return width >= KEYS ? 256 : width >= 128 ? 128 : 64;
        }

        @Override
        public List<Tile> tiles() {
            List<Tile> tiles = new ArrayList<>();
            for (int first = 0; first < queries; first += tile) {
                int count = Math.min(tile, queries - first);
                tiles.add(new Tile(first, count, parts(first + keys - queries, count)));
            }
            return tiles;
        }

        /** What {@code count} queries see, of which the first is at {@code position}. */
        private List<Keys> parts(int position, int count) {
            int start = Math.max(0, position - before);
            int end = Math.min(keys, position + count + after);
            int step = end - start <= KEYS + KEYS / 2 ? Math.max(1, end - start) : KEYS;
            List<Keys> parts = new ArrayList<>();
            for (int first = start; first < end; first += step) {
                int width = Math.min(step, end - first);
                boolean allVisible = position + count - 1 - before <= first && first + width - 1 <= position + after;
                parts.add(new Range(first, width, allVisible ? null : hidden(count, width, position - first)));
            }
            return parts;
        }

        /** {@code -∞} where key {@code c} is out of reach of query {@code r}: {@code c - r} outside the band. */
        private Tensor hidden(int rows, int columns, int offset) {
            return masks.computeIfAbsent(List.of(rows, columns, offset), key -> {
                Tensor all = torch.full(new long[] {rows, columns}, new Scalar(Double.NEGATIVE_INFINITY), options);
                Tensor tooEarly = all.tril((long) offset - before - 1);
                Tensor tooLate = all.triu((long) offset + after + 1);
                return tooEarly.add_(tooLate);
            });
        }
    }
}
