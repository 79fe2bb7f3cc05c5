package io.transformer4j.generation;

import io.transformer4j.tokenizers.DecodeStream;
import io.transformer4j.tokenizers.Tokenizer;
import java.util.List;

/**
 * The text of one continuation as its tokens arrive. It ends before the first stop string, and what could turn out to be
 * the start of one is held back until that is decided. Not thread-safe.
 */
final class TextStream {
    private final DecodeStream tokens;
    private final List<String> stopStrings;
    private final StringBuilder shown = new StringBuilder();
    private String held = "";
    private boolean stopped;

    TextStream(Tokenizer tokenizer, List<String> stopStrings) {
        this.tokens = tokenizer.decodeStream(true);
        this.stopStrings = stopStrings;
    }

    /** The text that a token makes certain; empty after a stop string. */
    String add(int id) {
        return take(tokens.add(id));
    }

    /** What is left when no more tokens come. */
    String finish() {
        String rest = take(tokens.flush());
        if (!stopped) {
            rest += held;
            shown.append(held);
            held = "";
        }
        return rest;
    }

    /** Whether a stop string came up. */
    boolean stopped() {
        return stopped;
    }

    /** All text given out so far. */
    String text() {
        return shown.toString();
    }

    private String take(String fresh) {
        if (stopped) {
            return "";
        }
        String text = held + fresh;
        int end = firstStop(text);
        stopped = end >= 0;
        int certain = stopped ? end : text.length() - possibleStart(text);
        held = stopped ? "" : text.substring(certain);
        String result = text.substring(0, certain);
        shown.append(result);
        return result;
    }

    private int firstStop(String text) {
        return stopStrings.stream()
                .mapToInt(text::indexOf)
                .filter(at -> at >= 0)
                .min()
                .orElse(-1);
    }

    /** Length of the longest end of {@code text} that a stop string begins with. */
    private int possibleStart(String text) {
        int longest = stopStrings.stream().mapToInt(String::length).max().orElse(1) - 1;
        for (int length = Math.min(longest, text.length()); length > 0; length--) {
            String end = text.substring(text.length() - length);
            if (stopStrings.stream().anyMatch(stop -> stop.startsWith(end))) {
                return length;
            }
        }
        return 0;
    }
}
