package io.transformer4j.data;

import static java.util.Objects.checkIndex;

import java.util.Arrays;

/**
 * A stream of tokens cut into blocks for next-token prediction (Radford et al. 2019). The label of a position is the token
 * after it, so labels are shifted already and a block's last label is the next block's first input: each token of the stream
 * but the first is a label exactly once. The last block may be shorter.
 */
public final class CausalLmDataset implements Dataset {
    private final TokenStream stream;
    private final int blockLength;

    /**
     * @param blockLength tokens of a block
     * @throws IllegalArgumentException if the stream has fewer than two tokens, so that there is nothing to predict
     */
    public CausalLmDataset(TokenStream stream, int blockLength) {
        if (blockLength < 1) {
            throw new IllegalArgumentException("blockLength must be at least 1, not " + blockLength);
        }
        if (stream.length() < 2) {
            throw new IllegalArgumentException(
                    "next-token prediction needs at least 2 tokens, but there are " + stream.length());
        }
        this.stream = stream;
        this.blockLength = blockLength;
    }

    @Override
    public long size() {
        return (stream.length() - 2) / blockLength + 1;
    }

    @Override
    public Example get(int epoch, long index) {
        checkIndex(index, size());
        long start = index * blockLength;
        return block(stream, index, start, (int) Math.min(blockLength, stream.length() - 1 - start));
    }

    /** Inputs at {@code [start, start + length)}, labels one further. */
    static Example block(TokenStream stream, long index, long start, int length) {
        int[] tokens = stream.read(start, length + 1);
        return new Example(
                index, Arrays.copyOf(tokens, length), new int[length], Arrays.copyOfRange(tokens, 1, length + 1), null);
    }
}
