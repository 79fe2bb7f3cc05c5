package io.transformer4j.generation;

/** Hears of tokens as they are chosen, one call at a time, but from whatever thread computes. */
@FunctionalInterface
public interface TokenListener {
    /** Hears nothing. */
    TokenListener NONE = (prompt, id, text) -> {};

    /**
     * A token was chosen. What this throws ends the generation.
     *
     * @param prompt index of the prompt that it continues
     * @param id the token
     * @param text what has become certain of the text: often empty, since a character may take several tokens and what
     *     looks like the start of a stop string is held back; the parts of a prompt, joined, are {@link Generation#text}
     */
    void onToken(int prompt, int id, String text);
}
