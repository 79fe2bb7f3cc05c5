package io.transformer4j.data;

import static java.util.Objects.requireNonNull;

/**
 * How files become documents and segments.
 *
 * @param format plain text or JSON lines
 * @param jsonField name of the string field that holds a record's text, for JSON lines
 * @param documentBoundary where a document ends, for plain text
 * @param segmentation what a segment is
 * @param maxLineChars characters (UTF-16 units) after which a line of plain text is split, preferably at white space, so
 *     that memory stays bounded; splits are counted. A JSON line can't be split: 64 times this length is an error
 */
public record CorpusOptions(
        TextFormat format,
        String jsonField,
        DocumentBoundary documentBoundary,
        Segmentation segmentation,
        int maxLineChars) {

    public CorpusOptions {
        requireNonNull(format, "format");
        requireNonNull(documentBoundary, "documentBoundary");
        requireNonNull(segmentation, "segmentation");
        if (jsonField.isEmpty()) {
            throw new IllegalArgumentException("jsonField must not be empty");
        }
        if (maxLineChars < 16 || maxLineChars > 1 << 24) {
            throw new IllegalArgumentException("maxLineChars must be in [16, 16777216], not " + maxLineChars);
        }
    }

    /** Starts from the defaults: format by name, field {@code text}, blank lines, sentences, 1,048,576 characters. */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects options; the defaults live here. */
    public static final class Builder {
        private TextFormat format = TextFormat.AUTO;
        private String jsonField = "text";
        private DocumentBoundary documentBoundary = DocumentBoundary.BLANK_LINE;
        private Segmentation segmentation = Segmentation.SENTENCES;
        private int maxLineChars = 1 << 20;

        private Builder() {}

        public Builder format(TextFormat value) {
            format = value;
            return this;
        }

        public Builder jsonField(String value) {
            jsonField = value;
            return this;
        }

        public Builder documentBoundary(DocumentBoundary value) {
            documentBoundary = value;
            return this;
        }

        public Builder segmentation(Segmentation value) {
            segmentation = value;
            return this;
        }

        public Builder maxLineChars(int value) {
            maxLineChars = value;
            return this;
        }

        public CorpusOptions build() {
            return new CorpusOptions(format, jsonField, documentBoundary, segmentation, maxLineChars);
        }
    }
}
