package io.transformer4j.data.labelled;

import io.transformer4j.data.DataException;
import io.transformer4j.data.JsonRecord;
import io.transformer4j.data.TextFormat;
import io.transformer4j.data.TextLines;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Reads labelled texts from tables: {@code .csv} (RFC 4180), {@code .jsonl} or {@code .ndjson}, and otherwise tab-separated columns in which quotes
 * have no meaning, each plain or gzip, in UTF-8.
 */
public final class LabelledFile {
    private static final CSVFormat CSV = CSVFormat.RFC4180;
    private static final CSVFormat TSV = CSVFormat.TDF
            .builder()
            .setQuote(null)
            .setIgnoreSurroundingSpaces(false)
            .get();

    private LabelledFile() {}

    /**
     * Where things stand. Columns of CSV and TSV are called by a name in the first line, or by a number from 1. If the first line
     * has none of the names, there is no header: then the text is in the first column, the label in the last, and a pair must
     * have a number.
     *
     * @param text column or field of the text
     * @param pair of a second text, or null
     * @param label of the label or labels; null to read texts only
     */
    public record Columns(
            String text, @Nullable String pair, @Nullable String label) {
        /** {@code text} and {@code label}. */
        public static final Columns DEFAULT = new Columns("text", null, "label");
    }

    /**
     * Reads all rows.
     *
     * @throws DataException if the file can't be read, has no rows, or a row lacks a column, a text or a label; the line is named
     */
    public static List<LabelledText> read(Path file, Columns columns) {
        String content = String.join("\n", TextLines.all(file));
        String name = TextFormat.plainName(file);
        List<LabelledText> rows = TextFormat.isNamedJsonLines(file) || name.endsWith(".json")
                ? readJson(file, content, columns)
                : readTable(file, content, name.endsWith(".csv") ? CSV : TSV, columns);
        if (rows.isEmpty()) {
            throw new DataException(file + ": has no rows");
        }
        return rows;
    }

    private static List<LabelledText> readTable(Path file, String content, CSVFormat format, Columns columns) {
        try (CSVParser parser = format.builder().setIgnoreEmptyLines(true).get().parse(new StringReader(content))) {
            List<LabelledText> rows = new ArrayList<>();
            Places places = null;
            Iterator<CSVRecord> records = parser.iterator();
            while (records.hasNext()) {
                CSVRecord record = records.next();
                long line = firstLine(parser, record);
                String where = LabelledText.where(file, line);
                if (places == null) {
                    places = Places.find(where, record, columns);
                    if (places.header()) {
                        continue;
                    }
                }
                rows.add(places.row(file, line, record));
            }
            return rows;
        } catch (UncheckedIOException e) { // how the iterator reports a broken quotation
            throw new DataException(file + ": " + e.getCause().getMessage(), e);
        } catch (IOException e) {
            throw new DataException(file + ": cannot be read (" + e.getMessage() + ")", e);
        }
    }

    /** The parser counts the ends of lines; a quoted value may contain some. */
    private static long firstLine(CSVParser parser, CSVRecord record) {
        long inside = record.stream()
                .mapToLong(value -> value.chars().filter(c -> c == '\n').count())
                .sum();
        return Math.max(1, parser.getCurrentLineNumber() - inside);
    }

    /** Indices of the columns of one file. */
    private record Places(boolean header, int text, int pair, int label, Columns columns) {
        private static final int ABSENT = -1;

        static Places find(String where, CSVRecord first, Columns columns) {
            List<String> names = first.toList();
            boolean header = names.contains(columns.text())
                    || (columns.label() != null && names.contains(columns.label()))
                    || (columns.pair() != null && names.contains(columns.pair()));
            int text = index(where, columns.text(), header, names, 0);
            int pair = columns.pair() == null ? ABSENT : index(where, columns.pair(), header, names, ABSENT);
            int label = columns.label() == null
                    ? ABSENT
                    : index(where, columns.label(), header, names, Math.max(1, names.size() - 1));
            return new Places(header, text, pair, label, columns);
        }

        private static int index(String where, String column, boolean header, List<String> names, int otherwise) {
            int named = header ? names.indexOf(column) : ABSENT;
            if (named >= 0) {
                return named;
            }
            if (column.matches("[1-9][0-9]{0,3}")) {
                return Integer.parseInt(column) - 1;
            }
            if (header || otherwise == ABSENT) {
                throw new DataException(where + ": has no column \"" + column + "\"; its columns are " + names);
            }
            return otherwise;
        }

        LabelledText row(Path file, long line, CSVRecord record) {
            String where = LabelledText.where(file, line);
            String second = pair == ABSENT ? null : value(where, record, pair, "the second text");
            List<String> labels = label == ABSENT
                    ? List.of()
                    : List.of(value(where, record, label, "the label").strip());
            return new LabelledText(file, line, value(where, record, text, "the text"), second, labels);
        }

        private static String value(String where, CSVRecord record, int index, String what) {
            if (index >= record.size()) {
                throw new DataException(where + ": has " + record.size() + (record.size() == 1 ? " column" : " columns")
                        + ", but " + what + " stands in column " + (index + 1));
            }
            if (record.get(index).isBlank()) {
                throw new DataException(where + ": " + what + " (column " + (index + 1) + ") is empty");
            }
            return record.get(index);
        }
    }

    private static List<LabelledText> readJson(Path file, String content, Columns columns) {
        List<LabelledText> rows = new ArrayList<>();
        String[] lines = content.split("\n", -1);
        for (int i = 0; i < lines.length; i++) {
            if (!lines[i].isBlank()) {
                JsonRecord record = JsonRecord.parse(LabelledText.where(file, i + 1), lines[i]);
                String pair = columns.pair() == null ? null : text(record, columns.pair());
                List<String> labels = columns.label() == null ? List.of() : labels(record, columns.label());
                rows.add(new LabelledText(file, i + 1, text(record, columns.text()), pair, labels));
            }
        }
        return rows;
    }

    private static String text(JsonRecord record, String field) {
        String text = record.text(field);
        if (text.isBlank()) {
            throw record.noText(field);
        }
        return text;
    }

    private static List<String> labels(JsonRecord record, String field) {
        JsonNode value = record.fields().path(field);
        return value.isArray()
                ? value.valueStream().map(one -> label(record, one, field)).toList()
                : List.of(label(record, value, field));
    }

    private static String label(JsonRecord record, JsonNode value, String field) {
        if (!value.isValueNode() || value.isNull() || value.asString().isBlank()) {
            throw new DataException(record.where() + ": has no label in field \"" + field + "\"");
        }
        return value.asString();
    }
}
