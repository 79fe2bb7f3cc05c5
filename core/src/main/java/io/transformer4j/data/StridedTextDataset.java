package io.transformer4j.data;

import static java.util.Objects.checkIndex;

import java.util.Arrays;

/**
 * A text cut into windows that overlap, to measure a causal model on: each token but the first is a label exactly once, and has
 * at least {@code window - stride} tokens before it, as far as there are any. With {@code stride = window} nothing overlaps.
 */
public final class StridedTextDataset implements Dataset {
    private final int[] ids;
    private final int window;
    private final int stride;

    /**
     * @param ids the text, which isn't copied
     * @param window tokens that the model sees at once
     * @param stride tokens by which windows are apart
     * @throws IllegalArgumentException if there are fewer than two tokens, or the stride isn't in [1, window]
     */
    public StridedTextDataset(int[] ids, int window, int stride) {
        if (ids.length < 2) {
            throw new IllegalArgumentException(
                    "next-token prediction needs at least 2 tokens, but there are " + ids.length);
        }
        if (stride < 1 || stride > window) {
            throw new IllegalArgumentException(
                    "the stride must be between 1 and the window of " + window + " tokens, but is " + stride);
        }
        this.ids = ids;
        this.window = window;
        this.stride = stride;
    }

    @Override
    public long size() {
        int labels = ids.length - 1;
        return labels <= window ? 1 : 1 + (labels - window + stride - 1) / stride;
    }

    @Override
    public Example get(int epoch, long index) {
        int start = (int) checkIndex(index, size()) * stride;
        int end = Math.min(start + window, ids.length - 1);
        int[] labels = Arrays.copyOfRange(ids, start + 1, end + 1);
        if (index > 0) {
            Arrays.fill(labels, 0, window - stride, Batch.IGNORED); // the window before has counted these
        }
        return new Example(index, Arrays.copyOfRange(ids, start, end), new int[end - start], labels, null);
    }
}
