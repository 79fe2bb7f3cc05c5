package io.transformer4j.scaling;

/**
 * A fitted number.
 *
 * @param value fitted to all runs
 * @param standardError of the bootstrap
 * @param interval percentile interval of the bootstrap
 */
public record Estimate(String name, double value, double standardError, Interval interval) {}
