package io.transformer4j.data;

/** Examples with random access. Implementations are immutable and thread-safe. */
public interface Dataset {
    /** Number of examples in an epoch. */
    long size();

    /**
     * The example at {@code index}. Equal arguments always give equal examples; where an example is drawn at random, another
     * epoch gives another one.
     *
     * @param index in {@code [0, size())}
     */
    Example get(int epoch, long index);
}
