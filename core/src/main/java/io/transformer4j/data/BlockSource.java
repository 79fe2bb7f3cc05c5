package io.transformer4j.data;

import org.jspecify.annotations.Nullable;

/** The text blocks of one file or stream. */
sealed interface BlockSource extends AutoCloseable permits PlainTextSource, JsonLinesSource {
    /** The next block, or null at the end. */
    @Nullable
    TextBlock next();

    /** Lines cut at {@link CorpusOptions#maxLineChars} so far. */
    long splits();

    @Override
    void close();
}
