package io.transformer4j.data;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Streams the text blocks of a {@link Corpus} with memory bounded by {@link CorpusOptions#maxLineChars}, whatever the size
 * of files, lines and documents. Not thread-safe.
 */
public final class CorpusReader implements AutoCloseable {
    private static final int STREAM_BUFFER_BYTES = 1 << 16;

    private final List<Path> files;
    private final CorpusOptions options;
    private final Supplier<InputStream> stdin;
    private int nextFile;
    private @Nullable BlockSource current;
    private long bytesRead;
    private long splitsBefore; // in the files already closed

    CorpusReader(List<Path> files, CorpusOptions options, Supplier<InputStream> stdin) {
        this.files = files;
        this.options = options;
        this.stdin = stdin;
    }

    /**
     * The next block in reading order, or null at the end of the corpus.
     *
     * @throws DataException if a file can't be read, isn't UTF-8 text, or isn't the JSON it should be
     */
    public @Nullable TextBlock next() {
        while (true) {
            if (current == null) {
                if (nextFile == files.size()) {
                    return null;
                }
                current = open(files.get(nextFile++));
            }
            TextBlock block = current.next();
            if (block != null) {
                return block;
            }
            close();
        }
    }

    /** Bytes read so far, compressed ones where files are compressed: comparable with {@link Corpus#sizeBytes}. */
    public long bytesRead() {
        return bytesRead;
    }

    /** Lines so far that were longer than {@link CorpusOptions#maxLineChars} and therefore cut, once for each cut. */
    public long splitLines() {
        return splitsBefore + (current == null ? 0 : current.splits());
    }

    @Override
    public void close() {
        if (current != null) {
            splitsBefore += current.splits();
            current.close();
            current = null;
        }
    }

    private BlockSource open(Path file) {
        String name = Corpus.isStdin(file) ? "standard input" : file.toString();
        InputStream raw = null;
        try {
            raw = new CountingStream(Corpus.isStdin(file) ? stdin.get() : Files.newInputStream(file));
            Utf8Reader reader = new Utf8Reader(name, decompressed(name, raw));
            return options.format().isJsonLines(file)
                    ? new JsonLinesSource(name, reader, options)
                    : new PlainTextSource(reader, options);
        } catch (IOException | DataException e) {
            closeQuietly(raw);
            if (e instanceof DataException known) {
                throw known;
            }
            throw new DataException(name + ": cannot be read (" + e.getMessage() + ")", e);
        }
    }

    /**
     * The text behind {@code raw}, which may be compressed.
     *
     * @param name for messages
     * @throws DataException if the name ends in {@code .gz} but the content isn't gzip, or is cut off
     */
    public static InputStream decompressed(String name, InputStream raw) throws IOException {
        BufferedInputStream in = new BufferedInputStream(raw, STREAM_BUFFER_BYTES);
        in.mark(2);
        boolean gzip = in.read() == 0x1F && in.read() == 0x8B;
        in.reset();
        if (gzip) {
            try {
                return new GZIPInputStream(in, STREAM_BUFFER_BYTES);
            } catch (EOFException e) {
                throw new DataException(name + ": the gzip data is truncated", e);
            }
        }
        if (name.toLowerCase(Locale.ROOT).endsWith(".gz")) {
            throw new DataException(name + ": is named .gz but holds no gzip data");
        }
        return in;
    }

    private static void closeQuietly(@Nullable InputStream in) {
        if (in != null) {
            try {
                in.close();
            } catch (IOException e) {
                // the error that led here is the one to report
            }
        }
    }

    /** Counts what is read from the file itself, below decompression. */
    private final class CountingStream extends FilterInputStream {
        CountingStream(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int value = super.read();
            bytesRead += value < 0 ? 0 : 1;
            return value;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            int count = super.read(target, offset, length);
            bytesRead += Math.max(count, 0);
            return count;
        }
    }
}
