package io.transformer4j.data;

import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Builds the {@link TextBlock}s of one source from its lines. Holds at most one block that isn't finished; the source
 * says where documents end. Not thread-safe.
 */
final class BlockAssembler {
    /** Raw text is handed on in chunks of about this many characters: large enough to tokenize in one go. */
    private static final int RAW_CHUNK_CHARS = 1 << 15;

    private final CorpusOptions options;
    private final Queue<TextBlock> blocks = new ArrayDeque<>();
    private final StringBuilder pending = new StringBuilder();
    private boolean pendingNewline; // a line end of raw text that counts only if the document goes on
    private boolean startsDocument = true;
    private long splits;

    BlockAssembler(CorpusOptions options) {
        this.options = options;
    }

    /** The oldest finished block, or null. */
    @Nullable
    TextBlock poll() {
        return blocks.poll();
    }

    /** Pieces that had to be cut at {@link CorpusOptions#maxLineChars} here. */
    long splits() {
        return splits;
    }

    /** Takes a line, which may be blank, or a part of one ({@code terminated} false). */
    void line(String text, boolean terminated) {
        switch (options.segmentation()) {
            case SENTENCES, LINES -> emit(text);
            case WRAPPED_SENTENCES -> wrapped(text);
            case NONE -> raw(text, terminated);
        }
    }

    /** Finishes the document; what comes next starts another one, and it is no matter if nothing came at all. */
    void endDocument() {
        if (pendingNewline && options.documentBoundary() == DocumentBoundary.FILE) {
            pending.append('\n');
        }
        flush();
        pendingNewline = false;
        startsDocument = true;
    }

    private void wrapped(String text) {
        if (text.isBlank()) {
            flush();
            return;
        }
        if (pending.length() > 0) {
            pending.append(' ');
        }
        pending.append(text.strip());
        if (pending.length() > options.maxLineChars()) {
            splits++;
            flush();
        }
    }

    private void raw(String text, boolean terminated) {
        if (pendingNewline) {
            pending.append('\n');
        }
        pending.append(text);
        pendingNewline = terminated;
        int start = 0;
        while (pending.length() - start > RAW_CHUNK_CHARS) {
            int cut = rawCut(start);
            if (cut < 0) {
                break;
            }
            emitRaw(pending.substring(start, cut));
            start = cut;
        }
        pending.delete(0, start);
    }

    /**
     * Where to cut a chunk off: in front of white space that a visible character follows, best a line break. Byte-level
     * BPE splits its words there in any case (a run of white space leaves its last character to the word that follows),
     * and to WordPiece white space is nothing, so that tokens don't depend on the chunks. Without such a place a chunk
     * grows to {@code maxLineChars} before it is cut anywhere.
     */
    private int rawCut(int start) {
        int atBlank = -1;
        for (int i = Math.min(start + RAW_CHUNK_CHARS, pending.length() - 2); i > start; i--) {
            if (Character.isWhitespace(pending.charAt(i)) && !Character.isWhitespace(pending.charAt(i + 1))) {
                if (pending.charAt(i) == '\n') {
                    return i;
                }
                atBlank = Math.max(atBlank, i);
            }
        }
        if (atBlank > 0 || pending.length() - start < options.maxLineChars()) {
            return atBlank;
        }
        splits++;
        int cut = start + RAW_CHUNK_CHARS;
        return Character.isHighSurrogate(pending.charAt(cut - 1)) ? cut - 1 : cut;
    }

    private void flush() {
        if (options.segmentation() == Segmentation.NONE) {
            emitRaw(pending.toString());
        } else {
            emit(pending.toString());
        }
        pending.setLength(0);
    }

    private void emitRaw(String text) {
        if (startsDocument) {
            emit(text); // a document doesn't consist of white space
        } else if (!text.isEmpty()) {
            blocks.add(new TextBlock(text, false));
        }
    }

    private void emit(String text) {
        if (!text.isBlank()) {
            blocks.add(new TextBlock(text, startsDocument));
            startsDocument = false;
        }
    }
}
