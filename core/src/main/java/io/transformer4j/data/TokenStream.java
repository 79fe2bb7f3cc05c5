package io.transformer4j.data;

import static java.util.Objects.checkFromToIndex;

/**
 * The documents of a {@link TokenCache} as one sequence of tokens, with an end token behind each document if there is one; or
 * a part of it. The end tokens aren't stored: they are counted in. Immutable and thread-safe.
 */
public final class TokenStream {
    private final TokenCache cache;
    private final int end;
    private final long from;
    private final long to;

    private TokenStream(TokenCache cache, int end, long from, long to) {
        this.cache = cache;
        this.end = end;
        this.from = from;
        this.to = to;
    }

    /**
     * All documents in order.
     *
     * @param end the id behind each document, usually {@link SpecialTokens#eos}, or {@link SpecialTokens#ABSENT} for nothing
     */
    public static TokenStream of(TokenCache cache, int end) {
        long length = cache.tokens() + (end == SpecialTokens.ABSENT ? 0 : cache.documents());
        return new TokenStream(cache, end, 0, length);
    }

    /** Number of tokens. */
    public long length() {
        return to - from;
    }

    /** The tokens in {@code [start, end)} as a stream, for a split by position. */
    public TokenStream slice(long start, long end) {
        checkFromToIndex(start, end, length());
        return new TokenStream(cache, this.end, from + start, from + end);
    }

    /** {@code count} tokens from {@code position} on. */
    public int[] read(long position, int count) {
        checkFromToIndex(position, position + count, length());
        int[] ids = new int[count];
        if (end == SpecialTokens.ABSENT) {
            cache.read(from + position, ids, 0, count);
            return ids;
        }
        long document = documentAt(from + position);
        long token = from + position - document; // so many end tokens lie before
        for (int filled = 0; filled < count; document++) {
            int inDocument = (int) Math.min(tokenStart(document + 1) - token, count - filled);
            cache.read(token, ids, filled, inDocument);
            token += inDocument;
            filled += inDocument;
            if (filled < count) {
                ids[filled++] = end;
            }
        }
        return ids;
    }

    /** The document that holds {@code position}, its end token included: the last that doesn't start behind it. */
    private long documentAt(long position) {
        long low = 0;
        long high = cache.documents() - 1;
        while (low < high) {
            long middle = (low + high + 1) >>> 1;
            if (tokenStart(middle) + middle <= position) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    private long tokenStart(long document) {
        return cache.segmentStart(cache.documentStart(document));
    }
}
