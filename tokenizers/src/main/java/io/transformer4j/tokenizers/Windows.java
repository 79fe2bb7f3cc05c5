package io.transformer4j.tokenizers;

import io.transformer4j.tokenizers.Truncation.Strategy;
import io.transformer4j.tokenizers.text.Span;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which tokens of a text, or of a pair, stay after truncation, and which windows make up the overflow. */
final class Windows {

    private Windows() {}

    /**
     * The windows of one text, the one that is kept first.
     *
     * @param specialTokens how many tokens the post-processor will add
     */
    static List<Span> ofSingle(int length, int specialTokens, @Nullable Truncation truncation) {
        if (truncation == null || truncation.strategy() == Strategy.DO_NOT_TRUNCATE) {
            return List.of(new Span(0, length));
        }
        int budget = budget(truncation, specialTokens);
        int kept = length;
        if (length > budget) {
            kept = switch (truncation.strategy()) {
                case ONLY_SECOND ->
                    throw new IllegalArgumentException("truncation only_second needs a second text, but one was given");
                case ONLY_FIRST -> shortened(length, length - budget, "first", truncation);
                default -> budget;
            };
        }
        return windows(length, kept, truncation);
    }

    /** The windows of both texts of a pair; see {@link #ofSingle}. */
    static List<List<Span>> ofPair(int first, int second, int specialTokens, @Nullable Truncation truncation) {
        if (truncation == null || truncation.strategy() == Strategy.DO_NOT_TRUNCATE) {
            return List.of(List.of(new Span(0, first)), List.of(new Span(0, second)));
        }
        int budget = budget(truncation, specialTokens);
        int keptFirst = first;
        int keptSecond = second;
        int excess = first + second - budget;
        if (excess > 0) {
            switch (truncation.strategy()) {
                case ONLY_FIRST -> keptFirst = shortened(first, excess, "first", truncation);
                case ONLY_SECOND -> keptSecond = shortened(second, excess, "second", truncation);
                default -> {
                    int shorter = Math.min(first, second);
                    int longer = shorter > budget ? shorter : Math.max(shorter, budget - shorter);
                    if (shorter + longer > budget) { // both give: half each, the odd one to the longer
                        shorter = budget / 2;
                        longer = budget - shorter;
                    }
                    keptFirst = first <= second ? shorter : longer;
                    keptSecond = first <= second ? longer : shorter;
                }
            }
        }
        return List.of(windows(first, keptFirst, truncation), windows(second, keptSecond, truncation));
    }

    private static int budget(Truncation truncation, int specialTokens) {
        if (truncation.maxLength() < specialTokens) {
            throw new IllegalArgumentException("max_length " + truncation.maxLength() + " has no room for the "
                    + specialTokens + " special tokens: it must be at least " + specialTokens);
        }
        return truncation.maxLength() - specialTokens;
    }

    private static int shortened(int length, int excess, String which, Truncation truncation) {
        if (length <= excess) {
            throw new IllegalArgumentException("the " + which + " text has only " + length + " tokens, but " + excess
                    + " must go to respect max_length " + truncation.maxLength()
                    + ": truncate longest_first, or allow more");
        }
        return length - excess;
    }

    /** The windows of {@code kept} tokens each; a single one if all fit. */
    private static List<Span> windows(int length, int kept, Truncation truncation) {
        if (length <= kept) {
            return List.of(new Span(0, length));
        }
        if (kept == 0) {
            return List.of(new Span(0, 0), new Span(0, length));
        }
        int step = kept - truncation.stride();
        if (step <= 0) {
            throw new IllegalArgumentException("stride " + truncation.stride() + " must be smaller than the " + kept
                    + " tokens that max_length " + truncation.maxLength() + " leaves for the text");
        }
        List<Span> windows = new ArrayList<>();
        if (truncation.direction() == Direction.RIGHT) {
            int start = 0;
            for (; start + kept < length; start += step) {
                windows.add(new Span(start, start + kept));
            }
            windows.add(new Span(start, length));
        } else {
            int end = length;
            for (; end > kept; end -= step) {
                windows.add(new Span(end - kept, end));
            }
            windows.add(new Span(0, end));
        }
        return windows;
    }
}
