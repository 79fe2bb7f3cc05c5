package io.transformer4j.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Lines of UTF-8 text, plain or gzip, each as soon as it is there: for a terminal or a pipe as well as for files. Not
 * thread-safe.
 */
public final class TextLines implements AutoCloseable {
    private static final int MAX_LINE_CHARS = 1 << 20;

    private final String name;
    private final LineReader reader;
    private long count;

    private TextLines(String name, InputStream raw) throws IOException {
        this.name = name;
        this.reader = new LineReader(new Utf8Reader(name, CorpusReader.decompressed(name, raw)), MAX_LINE_CHARS);
    }

    /**
     * Opens a file.
     *
     * @throws DataException if it can't be read
     */
    public static TextLines open(Path file) {
        try {
            InputStream raw = Files.newInputStream(file);
            try {
                return new TextLines(file.toString(), raw);
            } catch (IOException | DataException e) {
                raw.close();
                throw e;
            }
        } catch (IOException e) {
            throw new DataException(file + ": cannot be read (" + e.getMessage() + ")", e);
        }
    }

    /**
     * Reads from a stream, which is closed with these lines.
     *
     * @param name for messages
     * @throws DataException if it can't be read
     */
    public static TextLines of(String name, InputStream stream) {
        try {
            return new TextLines(name, stream);
        } catch (IOException e) {
            throw new DataException(name + ": cannot be read (" + e.getMessage() + ")", e);
        }
    }

    /** All lines of a file; see {@link #next}. */
    public static List<String> all(Path file) {
        try (TextLines lines = open(file)) {
            List<String> all = new ArrayList<>();
            for (String line = lines.next(); line != null; line = lines.next()) {
                all.add(line);
            }
            return all;
        }
    }

    /**
     * The next line without its end, or null behind the last one. Blank lines count.
     *
     * @throws DataException if the text can't be read or isn't UTF-8, in which case the byte is named; or if a line has more
     *     than a million characters
     */
    public @Nullable String next() {
        String line = reader.next();
        if (reader.splits() > 0) {
            throw new DataException(
                    name + ", line " + (count + 1) + ": is longer than " + MAX_LINE_CHARS + " characters");
        }
        count++;
        return line;
    }

    @Override
    public void close() {
        reader.close();
    }
}
