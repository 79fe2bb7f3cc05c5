package io.transformer4j.search;

import io.transformer4j.data.labelled.LabelledFile;

/**
 * How files are divided into passages. Passages longer than the model reads are divided further.
 *
 * @param unit of plain text
 * @param column name or number (from 1) of the column of a {@code .tsv} or {@code .csv} file that is searched, or of the field of {@code
 *     .jsonl} records; without a header the first column
 */
public record PassageOptions(Unit unit, String column) {
    /** Lines; columns and fields called {@code text}. */
    public static final PassageOptions DEFAULT = new PassageOptions(Unit.LINE, "text");

    /** What is one passage of plain text. */
    public enum Unit {
        /** A line that isn't blank. */
        LINE,
        /** Lines without a blank one between them. */
        PARAGRAPH,
        /** The whole file, in pieces as long as the model reads. */
        FILE
    }

    LabelledFile.Columns columns() {
        return new LabelledFile.Columns(column, null, null);
    }
}
