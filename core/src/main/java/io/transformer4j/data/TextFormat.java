package io.transformer4j.data;

import java.nio.file.Path;
import java.util.Locale;

/** How a source is read; either may be gzip-compressed, which is recognised by its first two bytes. */
public enum TextFormat {
    /** JSON lines if the name ends in {@code .jsonl} or {@code .ndjson} (before a {@code .gz}), else plain text. */
    AUTO,
    /** Plain UTF-8 text. */
    TEXT,
    /** One JSON object a line, the text in one of its string fields. */
    JSON_LINES;

    /** Whether a file of this format holds JSON lines. */
    boolean isJsonLines(Path file) {
        if (this != AUTO) {
            return this == JSON_LINES;
        }
        return isNamedJsonLines(file);
    }

    /** Whether a file's name says that it holds JSON lines. */
    public static boolean isNamedJsonLines(Path file) {
        String name = plainName(file);
        return name.endsWith(".jsonl") || name.endsWith(".ndjson");
    }

    /** A file's name in lower case and without {@code .gz}, which says nothing of what is in it. */
    public static String plainName(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        return name.endsWith(".gz") ? name.substring(0, name.length() - 3) : name;
    }
}
