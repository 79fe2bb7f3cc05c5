package io.transformer4j.data;

import static java.util.Objects.checkIndex;

/**
 * Windows at uniformly random places of a token stream, drawn with replacement and anew in each epoch, labelled as in
 * {@link CausalLmDataset} (nanoGPT's {@code get_batch}). All have one length; an epoch is as many as would cover the stream.
 */
public final class RandomWindowDataset implements Dataset {
    private final TokenStream stream;
    private final int blockLength;
    private final long seed;

    /**
     * @param blockLength tokens of a window
     * @throws IllegalArgumentException if the stream has no {@code blockLength + 1} tokens
     */
    public RandomWindowDataset(TokenStream stream, int blockLength, long seed) {
        if (blockLength < 1 || stream.length() <= blockLength) {
            throw new IllegalArgumentException("blockLength must be at least 1 and less than the number of tokens, "
                    + stream.length() + ", not " + blockLength);
        }
        this.stream = stream;
        this.blockLength = blockLength;
        this.seed = seed;
    }

    @Override
    public long size() {
        return stream.length() / blockLength;
    }

    @Override
    public Example get(int epoch, long index) {
        checkIndex(index, size());
        long start = Randomness.WINDOWS.of(seed, epoch, index).nextLong(stream.length() - blockLength);
        return CausalLmDataset.block(stream, index, start, blockLength);
    }
}
