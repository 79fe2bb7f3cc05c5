package io.transformer4j.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;

/**
 * Texts and what they should become, pair by pair. Files are UTF-8, plain or gzip.
 *
 * @param sources the texts
 * @param targets as many
 * @param emptyPairs pairs that were left out because a side was blank
 */
public record ParallelText(List<String> sources, List<String> targets, int emptyPairs) {
    /** Copies the lists. */
    public ParallelText {
        if (sources.size() != targets.size()) {
            throw new IllegalArgumentException(sources.size() + " sources need as many targets, not " + targets.size());
        }
        sources = List.copyOf(sources);
        targets = List.copyOf(targets);
    }

    /** Number of pairs. */
    public int size() {
        return sources.size();
    }

    /** Texts that are to become themselves. */
    public static ParallelText ofTexts(List<String> texts) {
        return new ParallelText(texts, texts, 0);
    }

    /** The texts of both sides, pair by pair, each to become itself. */
    public ParallelText bothSides() {
        List<String> texts = new ArrayList<>(2 * size());
        for (int i = 0; i < size(); i++) {
            texts.add(sources.get(i));
            texts.add(targets.get(i));
        }
        return ofTexts(texts);
    }

    /**
     * Line {@code i} of one file with line {@code i} of the other.
     *
     * @throws DataException if a file can't be read, isn't UTF-8, or has another number of lines
     */
    public static ParallelText ofFiles(Path source, Path target) {
        List<String> sources = TextLines.all(source);
        List<String> targets = TextLines.all(target);
        if (sources.size() != targets.size()) {
            throw new DataException(String.format(
                    Locale.ROOT,
                    "%s has %,d lines, but %s has %,d: line i of one must belong to line i of the other",
                    source,
                    sources.size(),
                    target,
                    targets.size()));
        }
        Builder pairs = new Builder();
        for (int i = 0; i < sources.size(); i++) {
            pairs.add(sources.get(i), targets.get(i));
        }
        return pairs.build();
    }

    /**
     * The first two columns of lines {@code source TAB target}.
     *
     * @throws DataException if the file can't be read, isn't UTF-8, or a line has but one column
     */
    public static ParallelText ofTsv(Path file) {
        Builder pairs = new Builder();
        List<String> lines = TextLines.all(file);
        for (int i = 0; i < lines.size(); i++) {
            String[] columns = lines.get(i).split("\t", -1);
            if (columns.length < 2 && !lines.get(i).isBlank()) {
                throw new DataException(file + ", line " + (i + 1) + ": has no tab between source and target");
            }
            pairs.add(columns[0], columns.length < 2 ? "" : columns[1]);
        }
        return pairs.build();
    }

    /**
     * Two fields of JSON lines; a list of strings in one is taken as one text with blanks between them.
     *
     * @throws DataException if the file can't be read, isn't UTF-8 or JSON, or a record lacks a field
     */
    public static ParallelText ofJsonLines(Path file, String sourceField, String targetField) {
        Builder pairs = new Builder();
        List<String> lines = TextLines.all(file);
        for (int i = 0; i < lines.size(); i++) {
            if (!lines.get(i).isBlank()) {
                JsonRecord record = JsonRecord.parse(file + ", line " + (i + 1), lines.get(i));
                pairs.add(text(record, sourceField), text(record, targetField));
            }
        }
        return pairs.build();
    }

    private static String text(JsonRecord record, String field) {
        JsonNode value = record.fields().path(field);
        if (value.isArray() && !value.isEmpty() && value.valueStream().allMatch(JsonNode::isString)) {
            return String.join(
                    " ", value.valueStream().map(JsonNode::stringValue).toList());
        }
        return record.text(field);
    }

    /** Collects pairs with text on both sides. */
    private static final class Builder {
        private final List<String> sources = new ArrayList<>();
        private final List<String> targets = new ArrayList<>();
        private int empty;

        void add(String source, String target) {
            if (source.isBlank() || target.isBlank()) {
                empty++;
            } else {
                sources.add(source.strip());
                targets.add(target.strip());
            }
        }

        ParallelText build() {
            return new ParallelText(sources, targets, empty);
        }
    }
}
