package io.transformer4j.tokenizers.text;

import java.util.Arrays;

/** Collects the arguments of {@link NormalizedString#transform}: code points and what each does to the old text. */
public final class TransformBuilder {

    private int[] codePoints;
    private int[] changes;
    private int length;

    public TransformBuilder(int expectedLength) {
        this.codePoints = new int[Math.max(16, expectedLength)];
        this.changes = new int[codePoints.length];
    }

    /** Adds a code point; for {@code change} see {@link NormalizedString#transform}. */
    public void add(int codePoint, int change) {
        if (length == codePoints.length) {
            codePoints = Arrays.copyOf(codePoints, 2 * length);
            changes = Arrays.copyOf(changes, 2 * length);
        }
        codePoints[length] = codePoint;
        changes[length++] = change;
    }

    public void applyTo(NormalizedString text) {
        applyTo(text, 0);
    }

    /** Applies the changes after dropping the first {@code removedAtStart} code points. */
    public void applyTo(NormalizedString text, int removedAtStart) {
        text.transform(codePoints, changes, length, removedAtStart);
    }
}
