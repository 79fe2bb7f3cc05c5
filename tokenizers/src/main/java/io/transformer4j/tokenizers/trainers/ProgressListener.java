package io.transformer4j.tokenizers.trainers;

/** Hears how far a training is. Called from one thread at a time, at most a few times a second per stage. */
@FunctionalInterface
public interface ProgressListener {

    /** Hears nothing. */
    ProgressListener NONE = (stage, done, total) -> {};

    /** The total isn't known. */
    long UNKNOWN = -1;

    /** What a training does, in this order. */
    enum Stage {
        /** Counting words; the unit is a character of text. */
        COUNT_WORDS,
        /** Counting pairs of pieces; the unit is a distinct word. */
        COUNT_PAIRS,
        /** Merging; the unit is a token of the vocabulary. */
        MERGE
    }

    /** {@code done} of {@code total} units, or of {@link #UNKNOWN}. */
    void progress(Stage stage, long done, long total);
}
