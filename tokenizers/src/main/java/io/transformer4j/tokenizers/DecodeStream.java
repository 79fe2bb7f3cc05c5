package io.transformer4j.tokenizers;

import java.util.Arrays;

/**
 * Decodes ids as they are generated: each call gives the text that has become certain, so that no half character is ever shown.
 *
 * <pre>{@code
 * DecodeStream stream = tokenizer.decodeStream(true);
 * for (int id : generated) print(stream.add(id));
 * print(stream.flush());
 * }</pre>
 *
 * <p>The parts, joined, are what {@link Tokenizer#decode} gives for all ids. Mutable, not thread-safe.
 */
public final class DecodeStream {

    /** A UTF-8 character has at most four bytes: what is still broken after this many tokens stays so. */
    private static final int MAX_PENDING = 8;

    private final Tokenizer tokenizer;
    private final boolean skipSpecialTokens;

    /** Ids from the last ones shown on: they give the new ones their context. */
    private int[] window = new int[16];

    private int size;
    private int shown; // ids of the window whose text has been given out
    private String shownText = ""; // and that text

    DecodeStream(Tokenizer tokenizer, boolean skipSpecialTokens) {
        this.tokenizer = tokenizer;
        this.skipSpecialTokens = skipSpecialTokens;
    }

    /** The text that {@code id} makes certain; often empty in the midst of a character. */
    public String add(int id) {
        if (skipSpecialTokens && tokenizer.isSpecial(id)) {
            return "";
        }
        if (size == window.length) {
            window = Arrays.copyOf(window, 2 * size);
        }
        window[size++] = id;
        String text = tokenizer.decode(Arrays.copyOf(window, size), skipSpecialTokens);
        boolean incomplete = text.endsWith("\uFFFD") && size - shown < MAX_PENDING;
        return incomplete ? "" : show(text);
    }

    /** What is left at the end: broken characters as U+FFFD. */
    public String flush() {
        return shown == size ? "" : show(tokenizer.decode(Arrays.copyOf(window, size), skipSpecialTokens));
    }

    private String show(String text) {
        String fresh = text.substring(Math.min(shownText.length(), text.length()));
        window = Arrays.copyOfRange(window, shown, Math.max(16, size - shown) + shown);
        size -= shown;
        shown = size;
        shownText = tokenizer.decode(Arrays.copyOf(window, size), skipSpecialTokens);
        return fresh;
    }
}
