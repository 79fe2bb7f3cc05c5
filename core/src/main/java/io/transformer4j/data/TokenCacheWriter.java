package io.transformer4j.data;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes a {@link TokenCache} as a stream, in bounded memory. The file appears under its name only by {@link #commit}, whole
 * and flushed to disk; closing without it leaves nothing. Not thread-safe.
 */
final class TokenCacheWriter implements AutoCloseable {
    private final Path file;
    private final int vocabSize;
    private final boolean wide;
    private final SectionFile documents; // opened first and closed last: its lock keeps other writers away
    private final SectionFile segments;
    private final SectionFile tokens;
    private long tokenCount;
    private long segmentCount;
    private long documentCount;
    private long characters;
    private boolean documentPending = true;

    /** Starts a cache that will be {@code file}; a second writer of the same file is refused. */
    TokenCacheWriter(Path file, int vocabSize) {
        this.file = file;
        this.vocabSize = vocabSize;
        wide = TokenCacheHeader.tokenBytes(vocabSize) == Integer.BYTES;
        List<SectionFile> opened = new ArrayList<>();
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            for (String suffix : List.of(".documents.tmp", ".segments.tmp", ".tmp")) {
                opened.add(SectionFile.create(file.resolveSibling(file.getFileName() + suffix)));
            }
            documents = opened.get(0);
            segments = opened.get(1);
            tokens = opened.get(2);
            tokens.skip(TokenCacheHeader.BYTES);
            segments.putLong(0);
        } catch (IOException e) {
            opened.forEach(SectionFile::close);
            throw cannotWrite(e);
        }
    }

    /** The next segment begins a document. */
    void startDocument() {
        documentPending = true;
    }

    /** Appends a segment; an empty one is left out. */
    void add(int[] ids) {
        if (ids.length == 0) {
            return;
        }
        try {
            if (documentPending) {
                documents.putLong(segmentCount);
                documentCount++;
                documentPending = false;
            }
            for (int id : ids) {
                put(id);
            }
            tokenCount += ids.length;
            segments.putLong(tokenCount);
            segmentCount++;
        } catch (IOException e) {
            throw cannotWrite(e);
        }
    }

    /** Counts text that was tokenized, in UTF-16 units. */
    void addCharacters(int count) {
        characters += count;
    }

    long tokenCount() {
        return tokenCount;
    }

    long documentCount() {
        return documentCount;
    }

    /** Completes the file and puts it under its name, replacing an older one. */
    void commit(Fingerprint tokenizer, Fingerprint corpus, long splitLines) {
        try {
            documents.putLong(segmentCount);
            TokenCacheHeader header = new TokenCacheHeader(
                    vocabSize,
                    tokenCount,
                    segmentCount,
                    documentCount,
                    characters,
                    splitLines,
                    tokenizer,
                    corpus,
                    tokens.checksum(),
                    segments.checksum(),
                    documents.checksum());
            tokens.skip(TokenCacheHeader.padding(tokenCount * header.tokenBytes()));
            tokens.append(segments);
            tokens.append(documents);
            tokens.finish(header.toBytes(), file);
        } catch (IOException e) {
            throw cannotWrite(e);
        }
    }

    @Override
    public void close() {
        tokens.close();
        segments.close();
        documents.close();
    }

    private void put(int id) throws IOException {
        if (id < 0 || id >= vocabSize) {
            throw new IllegalArgumentException(
                    "the tokenizer gave the id " + id + ", which is not in [0, " + vocabSize + ")");
        }
        if (wide) {
            tokens.putInt(id);
        } else {
            tokens.putShort((short) id);
        }
    }

    private DataException cannotWrite(IOException e) {
        String reason = e.getMessage();
        if (e instanceof AccessDeniedException denied) {
            reason = denied.getFile() + ": permission denied";
        } else if (e instanceof FileAlreadyExistsException existing) {
            reason = existing.getFile() + " is not a folder";
        } else if (e instanceof NoSuchFileException missing) {
            reason = missing.getFile() + " cannot be made";
        }
        return new DataException(file + ": the token cache cannot be written (" + reason + ")", e);
    }
}
