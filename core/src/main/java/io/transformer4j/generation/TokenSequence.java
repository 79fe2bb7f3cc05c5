package io.transformer4j.generation;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** A prompt that grows by one token after the other. Not thread-safe. */
public final class TokenSequence {
    private final int[] source;
    private final int promptLength;
    private final int maxLength;
    private int[] ids;
    private int size;

    /** Only the prompt at first, and no limit. */
    TokenSequence(int[] prompt) {
        this(prompt, prompt, Integer.MAX_VALUE);
    }

    /**
     * Only the prompt at first.
     *
     * @param source what the text is written for: the encoder's tokens, or the prompt where there is no encoder
     * @param maxLength most tokens, those of the prompt included
     */
    TokenSequence(int[] source, int[] prompt, int maxLength) {
        this(source, Arrays.copyOf(prompt, prompt.length + 16), prompt.length, prompt.length, maxLength);
    }

    private TokenSequence(int[] source, int[] ids, int size, int promptLength, int maxLength) {
        this.source = source;
        this.ids = ids;
        this.size = size;
        this.promptLength = promptLength;
        this.maxLength = maxLength;
    }

    /** This sequence with another token behind it. */
    TokenSequence plus(int id) {
        TokenSequence longer = new TokenSequence(source, ids.clone(), size, promptLength, maxLength);
        longer.add(id);
        return longer;
    }

    void add(int id) {
        if (size == ids.length) {
            ids = Arrays.copyOf(ids, 2 * size);
        }
        ids[size++] = id;
    }

    /** Tokens of prompt and continuation. */
    public int size() {
        return size;
    }

    /** Whether there is room for one more token only. */
    public boolean endsWithNext() {
        return size == maxLength - 1;
    }

    /** Whether there is no room for another token. */
    boolean isFull() {
        return size >= maxLength;
    }

    /** Tokens that were added to the prompt. */
    public int newTokens() {
        return size - promptLength;
    }

    /** The encoder's tokens; where there is no encoder, the prompt. */
    public IntStream source() {
        return Arrays.stream(source);
    }

    /** The tokens, prompt first. */
    public IntStream ids() {
        return Arrays.stream(ids, 0, size);
    }

    int last() {
        return ids[size - 1];
    }

    List<Integer> prompt() {
        return ids().limit(promptLength).boxed().toList();
    }

    List<Integer> continuation() {
        return ids().skip(promptLength).boxed().toList();
    }
}
