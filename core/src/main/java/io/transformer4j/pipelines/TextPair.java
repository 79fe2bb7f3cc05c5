package io.transformer4j.pipelines;

import org.jspecify.annotations.Nullable;

/**
 * What is classified.
 *
 * @param text the first text
 * @param pair the second; null for one text alone
 */
public record TextPair(String text, @Nullable String pair) {}
