package io.transformer4j.models.seq2seq;

import io.transformer4j.attention.KvCache;
import io.transformer4j.attention.Memory;
import io.transformer4j.attention.SequenceLayout;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * What a decoder's pass works on, besides its rows.
 *
 * @param layout the sequences that are written
 * @param cache earlier tokens of these; null if they begin here
 * @param queries the same rows, grouped by the source that they look at
 * @param memories the sources, as each layer sees them
 * @param crossAttentions collects each layer's weights {@code [sources, heads, rows, source tokens]}; null if nobody asks
 */
record DecoderPass(
        SequenceLayout layout,
        @Nullable KvCache cache,
        SequenceLayout queries,
        List<Memory> memories,
        @Nullable List<Tensor> crossAttentions) {

    /** A pass over whole targets, one for each source. */
    static DecoderPass over(SequenceLayout targets, List<Memory> memories) {
        return new DecoderPass(targets, null, targets, memories, null);
    }

    /** Positions of the rows in their sequences. */
    long[] positions() {
        return cache == null ? layout.positions() : cache.positions(layout);
    }

    KvCache.@Nullable Layer cache(int layer) {
        return cache == null ? null : cache.layer(layer);
    }
}
