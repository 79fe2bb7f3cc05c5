package io.transformer4j.data.labelled;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A text, or a pair of texts, and what was said of it.
 *
 * @param where file and line, for messages
 * @param text the first text
 * @param pair the second text; null for a single one
 * @param labels as they stand in the file: one, or several where a field holds a list; none if they weren't asked for
 */
public record LabelledText(
        String where, String text, @Nullable String pair, List<String> labels) {
    /** Copies the labels. */
    public LabelledText {
        labels = List.copyOf(labels);
    }
}
