package io.transformer4j.data;

/** How a source is read; either may be gzip-compressed, which is recognised by its first two bytes. */
public enum TextFormat {
    /** JSON lines if the name ends in {@code .jsonl} or {@code .ndjson} (before a {@code .gz}), else plain text. */
    AUTO,
    /** Plain UTF-8 text. */
    TEXT,
    /** One JSON object a line, the text in one of its string fields. */
    JSON_LINES
}
