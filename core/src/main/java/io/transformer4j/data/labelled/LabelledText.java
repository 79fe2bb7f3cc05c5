package io.transformer4j.data.labelled;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A text, or a pair of texts, and what was said of it.
 *
 * @param file where it stands
 * @param line in which it begins, from 1
 * @param text the first text
 * @param pair the second text; null for a single one
 * @param labels as they stand in the file: one, or several where a field holds a list; none if they weren't asked for
 */
public record LabelledText(
        Path file, long line, String text, @Nullable String pair, List<String> labels) {
    /** Copies the labels. */
    public LabelledText {
        labels = List.copyOf(labels);
    }

    /** File and line, for messages. */
    public String where() {
        return where(file, line);
    }

    static String where(Path file, long line) {
        return file + ", line " + line;
    }
}
