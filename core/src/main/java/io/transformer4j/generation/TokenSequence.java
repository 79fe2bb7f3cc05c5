package io.transformer4j.generation;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** A prompt that grows by one token after the other. Not thread-safe. */
public final class TokenSequence {
    private final int promptLength;
    private int[] ids;
    private int size;

    /** Only the prompt at first. */
    TokenSequence(int[] prompt) {
        ids = Arrays.copyOf(prompt, prompt.length + 16);
        size = prompt.length;
        promptLength = prompt.length;
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

    /** Tokens that were added to the prompt. */
    public int newTokens() {
        return size - promptLength;
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
