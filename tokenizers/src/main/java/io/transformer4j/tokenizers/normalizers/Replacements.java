package io.transformer4j.tokenizers.normalizers;

import io.transformer4j.tokenizers.text.NormalizedString;
import io.transformer4j.tokenizers.text.TransformBuilder;

/**
 * Rewrites a text from left to right, some code points by some others at a time.
 *
 * <p>The last code point is held back, since those that vanish after it count as its change.
 */
final class Replacements {

    private final NormalizedString text;
    private final TransformBuilder result;
    private int removedAtStart;
    private int pending = -1;
    private int change;

    Replacements(NormalizedString text) {
        this.text = text;
        this.result = new TransformBuilder(text.length());
    }

    /** Puts {@code replacement} in the place of the next {@code count} code points. */
    void replace(int count, String replacement) {
        int added = 0;
        for (int i = 0; i < replacement.length(); added++) {
            flush();
            pending = replacement.codePointAt(i);
            change = added < count ? 0 : 1;
            i += Character.charCount(pending);
        }
        int vanished = Math.max(0, count - added);
        if (pending < 0) {
            removedAtStart += vanished;
        } else {
            change -= vanished;
        }
    }

    private void flush() {
        if (pending >= 0) {
            result.add(pending, change);
        }
    }

    /** Makes the text what has been put together. */
    void apply() {
        flush();
        result.applyTo(text, removedAtStart);
    }
}
