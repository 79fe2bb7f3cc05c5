package io.transformer4j.pipelines;

/**
 * An entity in a text.
 *
 * @param type such as {@code person}
 * @param score mean over its words of the probability of their labels
 * @param text as it stands there
 * @param start where it begins, in {@code char}s
 * @param end where it ends, exclusive
 */
public record TextEntity(String type, double score, String text, int start, int end) {}
