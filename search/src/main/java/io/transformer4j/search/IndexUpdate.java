package io.transformer4j.search;

/**
 * What an update did.
 *
 * @param added files that weren't in the index
 * @param changed files whose content, or how it is to be divided, had changed
 * @param removed files that are gone
 * @param unchanged files left alone
 * @param passages how many passages were embedded
 */
public record IndexUpdate(int added, int changed, int removed, int unchanged, long passages) {}
