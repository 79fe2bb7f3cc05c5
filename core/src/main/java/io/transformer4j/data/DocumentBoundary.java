package io.transformer4j.data;

/**
 * Where a document of a plain text file ends. The end of a file always ends one, and in JSON lines each record is a
 * document whatever is chosen here.
 */
public enum DocumentBoundary {
    /** One or more blank lines, as in the input files of BERT's {@code create_pretraining_data.py}. */
    BLANK_LINE,
    /** Each line is a document. */
    LINE,
    /** Each file is one document; blank lines only separate its paragraphs. */
    FILE
}
