package io.transformer4j.tokenizers.text;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Tokens as a model emits them: ids, spans in the original text (Java {@code char} units) and the number of their word.
 *
 * <p>Columns of primitives rather than a list of objects: this is the hot path. Mutable, not thread-safe.
 */
public final class TokenBuffer {

    private int[] ids;
    private int[] starts;
    private int[] ends;
    private int[] words;
    private int size;
    private String @Nullable [] surfaces;

    public TokenBuffer(int capacity) {
        int atLeast = Math.max(16, capacity);
        ids = new int[atLeast];
        starts = new int[atLeast];
        ends = new int[atLeast];
        words = new int[atLeast];
    }

    public void add(int id, int start, int end, int word) {
        if (size == ids.length) {
            grow(size + 1);
        }
        ids[size] = id;
        starts[size] = start;
        ends[size] = end;
        words[size++] = word;
    }

    /** Adds a token whose text isn't that of its id in the vocabulary: an added token with its stripped blanks, say. */
    public void add(int id, int start, int end, int word, String surface) {
        add(id, start, end, word);
        if (surfaces == null || surfaces.length < ids.length) {
            surfaces = surfaces == null ? new String[ids.length] : Arrays.copyOf(surfaces, ids.length);
        }
        surfaces[size - 1] = surface;
    }

    private void grow(int atLeast) {
        int capacity = (int) Math.min(Integer.MAX_VALUE - 8, Math.max(atLeast, ids.length * 2L));
        ids = Arrays.copyOf(ids, capacity);
        starts = Arrays.copyOf(starts, capacity);
        ends = Arrays.copyOf(ends, capacity);
        words = Arrays.copyOf(words, capacity);
    }

    public int size() {
        return size;
    }

    /** Forgets the tokens from {@code newSize} on, or all with 0; the memory is kept. */
    public void truncate(int newSize) {
        if (surfaces != null) {
            Arrays.fill(surfaces, Math.min(newSize, surfaces.length), Math.min(size, surfaces.length), null);
        }
        size = newSize;
        if (newSize == 0) {
            surfaces = null;
        }
    }

    /** Keeps only the tokens {@code [from, to)}; words are numbered from 0 again. */
    public void keep(int from, int to) {
        int firstWord = from < to ? words[from] : 0;
        for (int i = from; i < to; i++) {
            ids[i - from] = ids[i];
            starts[i - from] = starts[i];
            ends[i - from] = ends[i];
            words[i - from] = words[i] - firstWord;
        }
        if (surfaces != null) {
            surfaces = Arrays.copyOf(
                    Arrays.copyOfRange(surfaces, Math.min(from, surfaces.length), surfaces.length), ids.length);
        }
        size = to - from;
    }

    public int id(int index) {
        return ids[index];
    }

    public int start(int index) {
        return starts[index];
    }

    public int end(int index) {
        return ends[index];
    }

    public int word(int index) {
        return words[index];
    }

    /** The text of the token where it differs from the vocabulary's, else null. */
    public @Nullable String surface(int index) {
        return surfaces == null || index >= surfaces.length ? null : surfaces[index];
    }

    /** Whether any token may have a {@link #surface}. */
    public boolean hasSurfaces() {
        return surfaces != null;
    }

    public void setId(int index, int id) {
        ids[index] = id;
    }

    public void setSpan(int index, int start, int end) {
        starts[index] = start;
        ends[index] = end;
    }

    /** Copies the ids {@code [from, to)} into {@code target} at {@code at}. */
    public void copyIds(int from, int to, int[] target, int at) {
        System.arraycopy(ids, from, target, at, to - from);
    }

    public void copyStarts(int from, int to, int[] target, int at) {
        System.arraycopy(starts, from, target, at, to - from);
    }

    public void copyEnds(int from, int to, int[] target, int at) {
        System.arraycopy(ends, from, target, at, to - from);
    }

    public void copyWords(int from, int to, int[] target, int at) {
        System.arraycopy(words, from, target, at, to - from);
    }

    public int[] toIds() {
        return Arrays.copyOf(ids, size);
    }
}
