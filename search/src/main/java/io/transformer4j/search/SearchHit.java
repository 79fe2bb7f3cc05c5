package io.transformer4j.search;

/**
 * A passage that was found.
 *
 * @param score cosine of its vector and the query's, in [-1, 1]
 */
public record SearchHit(double score, Passage passage) {}
