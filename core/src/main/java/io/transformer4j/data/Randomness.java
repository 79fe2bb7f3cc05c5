package io.transformer4j.data;

/** The independent uses of one seed, so that, say, masks don't repeat the pattern of the shuffle. */
enum Randomness {
    SHUFFLE(1),
    WINDOWS(2),
    CHUNK_LENGTHS(3),
    SENTENCE_PAIRS(4),
    MASKS(5),
    BATCH_ORDER(6),
    NOISE(7);

    private final int number; // part of what a seed means: never changed

    Randomness(int number) {
        this.number = number;
    }

    /** The generator of one use, epoch and item. */
    SplitMix64 of(long seed, long epoch, long item) {
        return new SplitMix64(seed, number, epoch, item);
    }
}
