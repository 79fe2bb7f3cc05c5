package io.transformer4j.tokenizers.text;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.IntUnaryOperator;

/**
 * A text being rewritten that remembers, for each of its code points, the span of the original it stands for.
 *
 * <p>Every change is a {@linkplain #transform transformation} with the semantics of Hugging Face's {@code NormalizedString}: a
 * new code point either replaces one of the old, perhaps swallowing some that follow, or is inserted and then shares the span of
 * the one before it. Spans are in Java {@code char} units. A lone surrogate, which no byte sequence can hold, is read as U+FFFD.
 * Mutable, not thread-safe.
 */
public final class NormalizedString {

    /** What stands for a surrogate without its partner. */
    public static final int REPLACEMENT = 0xFFFD;

    /** The code point as it is read: itself, or {@link #REPLACEMENT} for a surrogate, which stands alone if it is a code point. */
    public static int scalar(int codePoint) {
        return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE ? REPLACEMENT : codePoint;
    }

    private final int originalStart;
    private int[] codePoints;
    private int[] starts;
    private int[] ends;
    private int length;

    private NormalizedString(int originalStart, int[] codePoints, int[] starts, int[] ends, int length) {
        this.originalStart = originalStart;
        this.codePoints = codePoints;
        this.starts = starts;
        this.ends = ends;
        this.length = length;
    }

    /** The part {@code [from, to)} of {@code text}, each code point standing for itself. */
    public static NormalizedString of(CharSequence text, int from, int to) {
        int capacity = to - from;
        int[] codePoints = new int[capacity];
        int[] starts = new int[capacity];
        int[] ends = new int[capacity];
        int length = 0;
        for (int i = from; i < to; ) {
            char c = text.charAt(i);
            int codePoint = c;
            int size = 1;
            if (Character.isSurrogate(c)) {
                if (Character.isHighSurrogate(c) && i + 1 < to && Character.isLowSurrogate(text.charAt(i + 1))) {
                    codePoint = Character.toCodePoint(c, text.charAt(i + 1));
                    size = 2;
                } else {
                    codePoint = REPLACEMENT;
                }
            }
            codePoints[length] = codePoint;
            starts[length] = i;
            ends[length++] = i + size;
            i += size;
        }
        return new NormalizedString(from, codePoints, starts, ends, length);
    }

    public static NormalizedString of(String text) {
        return of(text, 0, text.length());
    }

    /** Number of code points. */
    public int length() {
        return length;
    }

    public boolean isEmpty() {
        return length == 0;
    }

    public int codePointAt(int index) {
        return codePoints[index];
    }

    /** Start, in the original, of what the code point at {@code index} stands for. */
    public int startAt(int index) {
        return starts[index];
    }

    /** End, in the original, of what the code point at {@code index} stands for. */
    public int endAt(int index) {
        return ends[index];
    }

    /** A copy of the code points. */
    public int[] toCodePoints() {
        return Arrays.copyOf(codePoints, length);
    }

    /** An independent copy of the code points {@code [from, to)} with their spans. */
    public NormalizedString slice(int from, int to) {
        int start = from < length && from < to ? starts[from] : originalStart;
        return new NormalizedString(
                start,
                Arrays.copyOfRange(codePoints, from, to),
                Arrays.copyOfRange(starts, from, to),
                Arrays.copyOfRange(ends, from, to),
                to - from);
    }

    /**
     * Replaces the whole text.
     *
     * @param replacement the new code points, {@code newLength} of them
     * @param changes for each of them: 1 = inserted (shares the span before it), 0 = replaces one code point,
     *     {@code -n} = replaces one and removes the {@code n} that follow it
     * @param removedAtStart number of code points dropped before the first new one
     */
    public void transform(int[] replacement, int[] changes, int newLength, int removedAtStart) {
        int[] newStarts = new int[newLength];
        int[] newEnds = new int[newLength];
        int old = removedAtStart;
        for (int i = 0; i < newLength; i++) {
            if (changes[i] > 0) {
                newStarts[i] = old < 1 ? originalStart : starts[old - 1];
                newEnds[i] = old < 1 ? originalStart : ends[old - 1];
            } else {
                newStarts[i] = starts[old];
                newEnds[i] = ends[old];
                old += 1 - changes[i];
            }
        }
        codePoints = replacement;
        starts = newStarts;
        ends = newEnds;
        length = newLength;
    }

    /** Drops the code points that {@code keep} refuses. */
    public void filter(IntPredicate keep) {
        int kept = 0;
        for (int i = 0; i < length; i++) {
            if (keep.test(codePoints[i])) {
                move(i, kept++);
            }
        }
        length = kept;
    }

    /** Keeps only the code points {@code [from, to)}. */
    public void crop(int from, int to) {
        for (int i = from; i < to; i++) {
            move(i, i - from);
        }
        length = to - from;
    }

    /** Replaces each of {@code matches}, ascending and not empty, by {@code content}, which shares the span of the last one replaced. */
    public void replace(List<Span> matches, String content) {
        if (matches.isEmpty()) {
            return;
        }
        int[] inserted = content.codePoints().toArray();
        int removed = matches.stream().mapToInt(Span::length).sum();
        int newLength = Math.addExact(length - removed, Math.multiplyExact(matches.size(), inserted.length));
        NormalizedString old = new NormalizedString(originalStart, codePoints, starts, ends, length);
        codePoints = new int[newLength];
        starts = new int[newLength];
        ends = new int[newLength];
        length = 0;
        int at = 0;
        for (Span match : matches) {
            append(old, at, match.start());
            at = match.end();
            for (int codePoint : inserted) {
                codePoints[length] = codePoint;
                starts[length] = old.starts[at - 1];
                ends[length++] = old.ends[at - 1];
            }
        }
        append(old, at, old.length);
    }

    private void append(NormalizedString source, int from, int to) {
        System.arraycopy(source.codePoints, from, codePoints, length, to - from);
        System.arraycopy(source.starts, from, starts, length, to - from);
        System.arraycopy(source.ends, from, ends, length, to - from);
        length += to - from;
    }

    private void move(int from, int to) {
        codePoints[to] = codePoints[from];
        starts[to] = starts[from];
        ends[to] = ends[from];
    }

    /** Replaces each code point by one other. */
    public void map(IntUnaryOperator mapping) {
        for (int i = 0; i < length; i++) {
            codePoints[i] = mapping.applyAsInt(codePoints[i]);
        }
    }

    /** Puts {@code prefix} before a text that isn't empty; it shares the span of the first code point. */
    public void prepend(String prefix) {
        if (length == 0 || prefix.isEmpty()) {
            return;
        }
        int[] added = prefix.codePoints().toArray();
        insert(0, added, starts[0], ends[0]);
    }

    /** Puts {@code suffix} after a text that isn't empty; it shares the span of the last code point. */
    public void append(String suffix) {
        if (length == 0 || suffix.isEmpty()) {
            return;
        }
        insert(length, suffix.codePoints().toArray(), starts[length - 1], ends[length - 1]);
    }

    private void insert(int at, int[] added, int start, int end) {
        int newLength = length + added.length;
        int[] newCodePoints = Arrays.copyOf(codePoints, newLength);
        int[] newStarts = Arrays.copyOf(starts, newLength);
        int[] newEnds = Arrays.copyOf(ends, newLength);
        int after = at + added.length;
        System.arraycopy(codePoints, at, newCodePoints, after, length - at);
        System.arraycopy(starts, at, newStarts, after, length - at);
        System.arraycopy(ends, at, newEnds, after, length - at);
        System.arraycopy(added, 0, newCodePoints, at, added.length);
        Arrays.fill(newStarts, at, after, start);
        Arrays.fill(newEnds, at, after, end);
        codePoints = newCodePoints;
        starts = newStarts;
        ends = newEnds;
        length = newLength;
    }

    /** The rewritten text. */
    @Override
    public String toString() {
        return new String(codePoints, 0, length);
    }
}
