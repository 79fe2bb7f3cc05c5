package io.transformer4j.search;

/**
 * A stretch of a file that is found as a whole.
 *
 * @param file absolute path
 * @param line in which it begins, from 1; of a table or of JSON lines that of the record
 * @param column of the line, or of the record's text, in which it begins, from 1, in {@code char}s
 * @param text of the passage
 */
public record Passage(String file, long line, int column, String text) {}
