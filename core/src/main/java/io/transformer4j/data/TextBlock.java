package io.transformer4j.data;

/**
 * A bounded piece of a document, in the order of the text: a paragraph, a line, or a chunk of raw text.
 *
 * @param text never empty
 * @param startsDocument whether a new document begins with this block
 */
public record TextBlock(String text, boolean startsDocument) {}
