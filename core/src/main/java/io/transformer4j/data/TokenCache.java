package io.transformer4j.data;

import static java.util.Objects.checkFromToIndex;
import static java.util.Objects.checkIndex;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The token ids of a corpus on disk, mapped into memory: documents made of segments made of tokens, all without special
 * tokens. The operating system holds the parts in use, so a cache may be larger than memory. Immutable and thread-safe.
 * There is nothing to close: Java ends a mapping when its object is collected.
 */
public final class TokenCache {
    /** Up to this size the whole file is checked when it is opened, which takes less than a second. */
    private static final long MAX_BYTES_VERIFIED_ON_OPEN = 1L << 30;

    private final Path file;
    private final TokenCacheHeader header;
    private final boolean wide;
    private final MappedFile mapped;

    private TokenCache(Path file, TokenCacheHeader header, MappedFile mapped) {
        this.file = file;
        this.header = header;
        this.mapped = mapped;
        wide = header.tokenBytes() == Integer.BYTES;
    }

    /**
     * Opens a complete cache. Header and size are checked always, and the checksums of the content for files up to 1 GiB;
     * {@link #verify} checks those of larger ones.
     *
     * @throws DataException if the file isn't a token cache, is truncated or damaged
     */
    public static TokenCache open(Path file) {
        return open(file, MappedFile.PIECE_BYTES);
    }

    static TokenCache open(Path file, int pieceBytes) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer start = ByteBuffer.allocate(TokenCacheHeader.BYTES);
            while (start.hasRemaining() && channel.read(start) >= 0) {
                // read on until the buffer is full or the file ends
            }
            start.flip();
            TokenCacheHeader header = TokenCacheHeader.parse(file, start, channel.size());
            TokenCache cache = new TokenCache(file, header, new MappedFile(channel, pieceBytes));
            if (header.fileBytes() <= MAX_BYTES_VERIFIED_ON_OPEN) {
                cache.verify();
            }
            return cache;
        } catch (NoSuchFileException e) {
            throw new DataException(file + ": no such token cache", e);
        } catch (IOException e) {
            throw new DataException(file + ": the token cache cannot be read (" + e.getMessage() + ")", e);
        }
    }

    /** Refuses a file that isn't a token cache at all, so that nobody's file is overwritten by one. */
    static void requireOurs(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer start = ByteBuffer.allocate(Long.BYTES);
            channel.read(start);
            if (!TokenCacheHeader.hasMagic(start.flip())) {
                throw new DataException(file + ": exists and is not a token cache; choose another file for the cache");
            }
        } catch (IOException e) {
            throw new DataException(file + ": the token cache cannot be read (" + e.getMessage() + ")", e);
        }
    }

    /**
     * Reads everything and compares checksums.
     *
     * @throws DataException if a bit has changed since the cache was written
     */
    public void verify() {
        long tokensEnd = TokenCacheHeader.BYTES + header.tokens() * header.tokenBytes();
        long segments = header.segmentsPosition();
        long documents = header.documentsPosition();
        boolean intact = mapped.checksum(TokenCacheHeader.BYTES, tokensEnd) == header.tokensChecksum()
                && mapped.checksum(segments, documents) == header.segmentsChecksum()
                && mapped.checksum(documents, header.fileBytes()) == header.documentsChecksum();
        if (!intact) {
            throw new DataException(file + ": the content of the token cache is damaged; delete it to rebuild it");
        }
    }

    /** Where the cache is. */
    public Path file() {
        return file;
    }

    /** Bound of the ids. */
    public int vocabSize() {
        return header.vocabSize();
    }

    /** The tokenizer that made the ids. */
    public Fingerprint tokenizer() {
        return header.tokenizer();
    }

    /** The corpus as it was when it was tokenized. */
    public Fingerprint corpus() {
        return header.corpus();
    }

    /** UTF-16 units of text that became tokens, for figures per character. */
    public long characters() {
        return header.characters();
    }

    /** How often a line that was too long was cut. */
    public long splitLines() {
        return header.splitLines();
    }

    /** Number of tokens. */
    public long tokens() {
        return header.tokens();
    }

    /** Number of segments: sentences, lines or chunks, as {@link Segmentation} says. */
    public long segments() {
        return header.segments();
    }

    /** Number of documents. */
    public long documents() {
        return header.documents();
    }

    /** The token at {@code position}. */
    public int token(long position) {
        checkIndex(position, tokens());
        return wide
                ? mapped.getInt(TokenCacheHeader.BYTES + position * Integer.BYTES)
                : mapped.getUnsignedShort(TokenCacheHeader.BYTES + position * Short.BYTES);
    }

    /** Copies the tokens from {@code position} on to {@code target[offset, offset + count)}. */
    public void read(long position, int[] target, int offset, int count) {
        checkFromToIndex(position, position + count, tokens());
        for (int i = 0; i < count; i++) {
            target[offset + i] = token(position + i);
        }
    }

    /** Position of the first token of a segment; for {@code segments()} the end of the last. */
    public long segmentStart(long segment) {
        checkIndex(segment, segments() + 1);
        return mapped.getLong(header.segmentsPosition() + segment * Long.BYTES);
    }

    /** Number of tokens of a segment, at least one. */
    public int segmentLength(long segment) {
        return Math.toIntExact(segmentStart(segment + 1) - segmentStart(segment));
    }

    /** The first segment of a document; for {@code documents()} the end of the last. */
    public long documentStart(long document) {
        checkIndex(document, documents() + 1);
        return mapped.getLong(header.documentsPosition() + document * Long.BYTES);
    }

    @Override
    public String toString() {
        return file + " (" + documents() + " documents, " + segments() + " segments, " + tokens() + " tokens)";
    }
}
