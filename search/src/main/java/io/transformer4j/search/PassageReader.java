package io.transformer4j.search;

import io.transformer4j.data.TextFormat;
import io.transformer4j.data.TextLines;
import io.transformer4j.data.labelled.LabelledFile;
import io.transformer4j.pipelines.WordSpans;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Reads the passages of a file, before long ones are divided. Plain or gzip, in UTF-8. */
final class PassageReader {
    private final Path file;
    private final PassageOptions options;
    private final Consumer<Passage> consumer;

    private PassageReader(Path file, PassageOptions options, Consumer<Passage> consumer) {
        this.file = file;
        this.options = options;
        this.consumer = consumer;
    }

    /**
     * Hands on all passages that aren't blank.
     *
     * @throws io.transformer4j.data.DataException if the file can't be read or a record lacks its text; the line is named
     */
    static void read(Path file, PassageOptions options, Consumer<Passage> consumer) {
        new PassageReader(file, options, consumer).read();
    }

    private void read() {
        String name = TextFormat.plainName(file);
        if (name.matches(".*\\.(jsonl|ndjson|tsv|csv)")) {
            LabelledFile.read(file, options.columns()).forEach(row -> accept(row.line(), row.text()));
        } else {
            readText();
        }
    }

    private void readText() {
        try (TextLines lines = TextLines.open(file)) {
            StringBuilder passage = new StringBuilder();
            long number = 1;
            long first = 1;
            for (String line = lines.next(); line != null; line = lines.next(), number++) {
                boolean gap = options.unit() == PassageOptions.Unit.PARAGRAPH && line.isBlank();
                if (gap || options.unit() == PassageOptions.Unit.LINE) {
                    accept(first, passage.toString());
                    passage.setLength(0);
                    first = gap ? number + 1 : number;
                }
                if (!gap) {
                    passage.append(number > first ? "\n" : "").append(line);
                }
            }
            accept(first, passage.toString());
        }
    }

    private void accept(long line, String text) {
        if (!text.isBlank()) {
            consumer.accept(new Passage(file.toString(), line, 1, text));
        }
    }

    /** Parts of a passage, in its order. */
    static List<Passage> parts(Passage whole, List<WordSpans.Span> spans) {
        List<Passage> parts = new ArrayList<>();
        String text = whole.text();
        long line = whole.line();
        int lineStart = 0;
        int at = 0;
        for (WordSpans.Span span : spans) {
            for (; at < span.start(); at++) {
                if (text.charAt(at) == '\n') {
                    line++;
                    lineStart = at + 1;
                }
            }
            parts.add(new Passage(
                    whole.file(), line, span.start() - lineStart + 1, text.substring(span.start(), span.end())));
        }
        return parts;
    }
}
