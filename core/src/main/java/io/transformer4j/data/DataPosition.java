package io.transformer4j.data;

/**
 * How far a {@link DataLoader} was consumed; all the state there is.
 *
 * @param epoch passes over the dataset that are complete
 * @param index examples of the current pass that are consumed
 */
public record DataPosition(int epoch, long index) {
    /** Before the first example. */
    public static final DataPosition START = new DataPosition(0, 0);

    public DataPosition {
        if (epoch < 0 || index < 0) {
            throw new IllegalArgumentException("epoch and index must not be negative: " + epoch + ", " + index);
        }
    }
}
