package io.transformer4j.pipelines;

/**
 * A token in its context, or a word of several tokens.
 *
 * @param text what stands in the text; for special tokens their name
 * @param start where it begins in the text, in {@code char}s
 * @param end where it ends, exclusive; equal to {@code start} for special tokens
 * @param vector hidden state
 */
public record TokenVector(String text, int start, int end, float[] vector) {}
