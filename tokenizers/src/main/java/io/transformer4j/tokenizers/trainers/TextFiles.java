package io.transformer4j.tokenizers.trainers;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * The lines of text files, one file after the other, each with its line end; {@code .gz} files are unpacked.
 *
 * <p>Memory is bounded: a line longer than {@link #MAX_LINE} is given in parts, cut at white space where there is any. Bytes that are no
 * UTF-8 are read as U+FFFD.
 */
final class TextFiles implements Iterator<String>, AutoCloseable {

    static final int MAX_LINE = 1 << 20;

    private final Iterator<Path> files;
    private @Nullable Reader reader;
    private final char[] buffer = new char[MAX_LINE];
    private int position;
    private int limit;
    private @Nullable String next;

    TextFiles(List<Path> files) {
        this.files = files.iterator();
    }

    @Override
    public boolean hasNext() {
        if (next == null) {
            try {
                next = read();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return next != null;
    }

    @Override
    public String next() {
        if (!hasNext()) {
            throw new NoSuchElementException("no more lines");
        }
        String line = next;
        next = null;
        return line;
    }

    private @Nullable String read() throws IOException {
        while (true) {
            for (int i = position; i < limit; i++) {
                if (buffer[i] == '\n') {
                    return take(i + 1);
                }
            }
            if (limit - position == buffer.length) {
                int cut = limit;
                while (cut > 1 && !Character.isWhitespace(buffer[cut - 1])) {
                    cut--;
                }
                return take(cut > 1 ? cut : limit - 1); // the last one may be half a pair
            }
            if (!fill()) {
                return position < limit ? take(limit) : openNext() ? read() : null;
            }
        }
    }

    private String take(int end) {
        String line = new String(buffer, position, end - position);
        position = end;
        return line;
    }

    private boolean fill() throws IOException {
        if (reader == null) {
            return false;
        }
        System.arraycopy(buffer, position, buffer, 0, limit - position);
        limit -= position;
        position = 0;
        int read = reader.read(buffer, limit, buffer.length - limit);
        limit += Math.max(0, read);
        return read > 0;
    }

    private boolean openNext() throws IOException {
        close();
        if (!files.hasNext()) {
            return false;
        }
        Path file = files.next();
        InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
        reader = new InputStreamReader(
                file.toString().endsWith(".gz") ? new GZIPInputStream(in, 1 << 16) : in, StandardCharsets.UTF_8);
        return true;
    }

    @Override
    public void close() throws IOException {
        if (reader != null) {
            reader.close();
            reader = null;
        }
    }
}
