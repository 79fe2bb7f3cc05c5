package io.transformer4j.tokenizers;

import io.transformer4j.tokenizers.text.TokenizerException;

/**
 * How encodings are filled up to a common length.
 *
 * @param length the length to reach, or {@link #LONGEST}: that of the longest of the batch
 * @param direction the side at which padding stands
 * @param multipleOf round the length up to a multiple of this; 1 = as it is
 */
public record Padding(int length, Direction direction, int multipleOf, int padId, int padTypeId, String padToken) {

    /** Pad to the longest encoding of the batch. */
    public static final int LONGEST = -1;

    public Padding {
        if (length < LONGEST || multipleOf < 1) {
            throw new TokenizerException("a padding needs a length that isn't negative (" + length
                    + ") and pad_to_multiple_of of at least 1 (" + multipleOf + ")");
        }
    }

    /** On the right, to the longest of the batch. */
    public static Padding longest(int padId, String padToken) {
        return new Padding(LONGEST, Direction.RIGHT, 1, padId, 0, padToken);
    }

    /** On the right, to exactly {@code length}; longer encodings stay as they are. */
    public static Padding fixed(int length, int padId, String padToken) {
        return new Padding(length, Direction.RIGHT, 1, padId, 0, padToken);
    }

    public Padding withMultipleOf(int newMultipleOf) {
        return new Padding(length, direction, newMultipleOf, padId, padTypeId, padToken);
    }

    public Padding withDirection(Direction newDirection) {
        return new Padding(length, newDirection, multipleOf, padId, padTypeId, padToken);
    }

    /** The length that a batch gets whose longest encoding has {@code longest} tokens. */
    int targetLength(int longest) {
        int target = length == LONGEST ? longest : length;
        return Math.multiplyExact((target + multipleOf - 1) / multipleOf, multipleOf);
    }
}
