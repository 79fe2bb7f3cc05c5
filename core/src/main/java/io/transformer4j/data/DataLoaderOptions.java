package io.transformer4j.data;

/**
 * Which examples come in which batch. A position is only meaningful with the options it was reached with.
 *
 * @param seed of the order
 * @param shuffle whether each epoch has a random order of its own; else that of the dataset
 * @param batchSize most sequences of a batch
 * @param maxTokensPerBatch most tokens of a batch, those of the decoder included; a sequence that is longer makes a batch by itself.
 *     {@link Integer#MAX_VALUE} for no limit
 * @param lengthGroupingWindow examples that are sorted by length before they are cut into batches, so that a batch has
 *     sequences of similar length; their batches come in random order. 0 for no grouping
 * @param dropLast whether the last examples of an epoch are left out if they don't fill a batch; only without limit on tokens
 * @param epochs after which the loader ends, {@link Integer#MAX_VALUE} for never
 * @param prefetchBatches batches that are made ahead
 */
public record DataLoaderOptions(
        long seed,
        boolean shuffle,
        int batchSize,
        int maxTokensPerBatch,
        int lengthGroupingWindow,
        boolean dropLast,
        int epochs,
        int prefetchBatches) {

    public DataLoaderOptions {
        atLeast(1, batchSize, "batchSize");
        atLeast(1, maxTokensPerBatch, "maxTokensPerBatch");
        atLeast(0, lengthGroupingWindow, "lengthGroupingWindow");
        atLeast(1, epochs, "epochs");
        atLeast(1, prefetchBatches, "prefetchBatches");
        if (dropLast && maxTokensPerBatch != Integer.MAX_VALUE) {
            throw new IllegalArgumentException("dropLast needs batches of a fixed size, without maxTokensPerBatch");
        }
        if (dropLast && lengthGroupingWindow % batchSize != 0) {
            throw new IllegalArgumentException("with dropLast, lengthGroupingWindow (" + lengthGroupingWindow
                    + ") must be a multiple of batchSize (" + batchSize + ")");
        }
    }

    private static void atLeast(int least, int value, String name) {
        if (value < least) {
            throw new IllegalArgumentException(name + " must be at least " + least + ", not " + value);
        }
    }

    /** Starts from the defaults: seed 0, shuffled, no limit on tokens, no grouping, all examples, without end. */
    public static Builder builder(int batchSize) {
        return new Builder(batchSize);
    }

    /** Collects options; the defaults live here. */
    public static final class Builder {
        private final int batchSize;
        private long seed;
        private boolean shuffle = true;
        private int maxTokensPerBatch = Integer.MAX_VALUE;
        private int lengthGroupingWindow;
        private boolean dropLast;
        private int epochs = Integer.MAX_VALUE;
        private int prefetchBatches = 4;

        private Builder(int batchSize) {
            this.batchSize = batchSize;
        }

        public Builder seed(long value) {
            seed = value;
            return this;
        }

        public Builder shuffle(boolean value) {
            shuffle = value;
            return this;
        }

        public Builder maxTokensPerBatch(int value) {
            maxTokensPerBatch = value;
            return this;
        }

        public Builder lengthGroupingWindow(int value) {
            lengthGroupingWindow = value;
            return this;
        }

        public Builder dropLast(boolean value) {
            dropLast = value;
            return this;
        }

        public Builder epochs(int value) {
            epochs = value;
            return this;
        }

        public Builder prefetchBatches(int value) {
            prefetchBatches = value;
            return this;
        }

        public DataLoaderOptions build() {
            return new DataLoaderOptions(
                    seed,
                    shuffle,
                    batchSize,
                    maxTokensPerBatch,
                    lengthGroupingWindow,
                    dropLast,
                    epochs,
                    prefetchBatches);
        }
    }
}
