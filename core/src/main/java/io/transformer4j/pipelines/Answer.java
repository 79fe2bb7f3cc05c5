package io.transformer4j.pipelines;

/**
 * An answer found in a text.
 *
 * @param text as it stands there; empty if there is none
 * @param score product of the probabilities of its first and last token in their window
 * @param start where it begins, in {@code char}s
 * @param end where it ends, exclusive
 */
public record Answer(String text, double score, int start, int end) {}
