package io.transformer4j.data;

import static java.util.Objects.checkIndex;

import java.util.Arrays;

/**
 * Where the examples of a sequential walk through a cache begin: remembers every 32nd place and walks on from there, so that a
 * billion tokens need some hundred kilobytes. Immutable and thread-safe.
 */
final class SparseIndex {
    private static final int STRIDE = 32;

    /** A way through a cache, example by example. */
    interface Walk {
        /** Moves {@code cursor} behind the example that starts there, or returns false if there is none any more. */
        boolean advance(Cursor cursor);
    }

    /** A place in a cache: a document, one of its segments (or the end of the last), and a token in the segment. */
    static final class Cursor {
        long document;
        long segment;
        int offset;
    }

    private final Walk walk;
    private final long size;
    private final long[] documents;
    private final long[] segments;
    private final int[] offsets;

    SparseIndex(Walk walk) {
        this.walk = walk;
        Cursor cursor = new Cursor();
        long count = 0;
        long[] foundDocuments = new long[16];
        long[] foundSegments = new long[16];
        int[] foundOffsets = new int[16];
        int places = 0;
        do {
            if (count % STRIDE == 0) {
                if (places == foundDocuments.length) {
                    foundDocuments = Arrays.copyOf(foundDocuments, places * 2);
                    foundSegments = Arrays.copyOf(foundSegments, places * 2);
                    foundOffsets = Arrays.copyOf(foundOffsets, places * 2);
                }
                foundDocuments[places] = cursor.document;
                foundSegments[places] = cursor.segment;
                foundOffsets[places++] = cursor.offset;
            }
            count++;
        } while (walk.advance(cursor));
        size = count - 1; // the last one wasn't there
        documents = foundDocuments;
        segments = foundSegments;
        offsets = foundOffsets;
    }

    long size() {
        return size;
    }

    /** The start of example {@code index}. */
    Cursor find(long index) {
        checkIndex(index, size);
        int place = (int) (index / STRIDE);
        Cursor cursor = new Cursor();
        cursor.document = documents[place];
        cursor.segment = segments[place];
        cursor.offset = offsets[place];
        for (long i = index % STRIDE; i > 0; i--) {
            walk.advance(cursor);
        }
        return cursor;
    }
}
