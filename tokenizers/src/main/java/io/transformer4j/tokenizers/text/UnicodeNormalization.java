package io.transformer4j.tokenizers.text;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The four Unicode normalization forms (UAX #15) with alignments.
 *
 * <p>{@link java.text.Normalizer} says neither where a character came from nor stays the same between Java releases; this one
 * works on {@link UnicodeTables} and tells {@link NormalizedString} what replaced what. Time is linear but for runs of combining
 * marks, which are sorted stably by class in {@code O(n log n)}.
 */
public enum UnicodeNormalization {
    NFD(false, false),
    NFKD(true, false),
    NFC(false, true),
    NFKC(true, true);

    private static final int S_BASE = 0xAC00;
    private static final int L_BASE = 0x1100;
    private static final int V_BASE = 0x1161;
    private static final int T_BASE = 0x11A7;
    private static final int L_COUNT = 19;
    private static final int V_COUNT = 21;
    private static final int T_COUNT = 28;
    private static final int N_COUNT = V_COUNT * T_COUNT;
    private static final int S_COUNT = L_COUNT * N_COUNT;

    private final boolean compatibility;
    private final boolean compose;

    UnicodeNormalization(boolean compatibility, boolean compose) {
        this.compatibility = compatibility;
        this.compose = compose;
    }

    /** Rewrites {@code text} in this form. */
    public void apply(NormalizedString text) {
        if (isPlain(text)) {
            return;
        }
        Sequence sequence = decompose(text);
        if (compose) {
            sequence.compose();
        }
        text.transform(sequence.codePoints, sequence.changes, sequence.length, 0);
    }

    /** The canonical or compatibility decomposition of one code point, Hangul included; null if it stands for itself. */
    public static int @Nullable [] decompose(int codePoint, boolean compatibility) {
        int syllable = codePoint - S_BASE;
        if (syllable < 0 || syllable >= S_COUNT) {
            return UnicodeTables.decomposition(codePoint, compatibility);
        }
        int lead = L_BASE + syllable / N_COUNT;
        int vowel = V_BASE + syllable % N_COUNT / T_COUNT;
        int trail = T_BASE + syllable % T_COUNT;
        return trail == T_BASE ? new int[] {lead, vowel} : new int[] {lead, vowel, trail};
    }

    /** ASCII is the same in every form. */
    private static boolean isPlain(NormalizedString text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.codePointAt(i) >= 0x80) {
                return false;
            }
        }
        return true;
    }

    private Sequence decompose(NormalizedString text) {
        Sequence result = new Sequence(text.length() + text.length() / 8 + 16);
        for (int i = 0; i < text.length(); i++) {
            int codePoint = text.codePointAt(i);
            int[] parts = codePoint < 0x80 ? null : decompose(codePoint, compatibility);
            if (parts == null) {
                result.add(codePoint, 0);
            } else {
                for (int p = 0; p < parts.length; p++) {
                    result.add(parts[p], p == 0 ? 0 : 1);
                }
            }
        }
        result.reorder();
        return result;
    }

    private static int composePair(int first, int second) {
        int lead = first - L_BASE;
        int vowel = second - V_BASE;
        if (lead >= 0 && lead < L_COUNT && vowel >= 0 && vowel < V_COUNT) {
            return S_BASE + lead * N_COUNT + vowel * T_COUNT;
        }
        int syllable = first - S_BASE;
        int trail = second - T_BASE;
        if (syllable >= 0 && syllable < S_COUNT && syllable % T_COUNT == 0 && trail > 0 && trail < T_COUNT) {
            return first + trail;
        }
        return UnicodeTables.composition(first, second);
    }

    /** Code points with their changes; a change travels with its code point when marks are reordered, as in the peer. */
    private static final class Sequence {

        private int[] codePoints;
        private int[] changes;
        private int length;

        Sequence(int capacity) {
            codePoints = new int[capacity];
            changes = new int[capacity];
        }

        void add(int codePoint, int change) {
            if (length == codePoints.length) {
                codePoints = Arrays.copyOf(codePoints, 2 * length);
                changes = Arrays.copyOf(changes, 2 * length);
            }
            codePoints[length] = codePoint;
            changes[length++] = change;
        }

        /** Canonical ordering: each run of non-starters sorted by class, equal classes in their old order. */
        void reorder() {
            for (int i = 0; i < length; i++) {
                if (UnicodeTables.combiningClass(codePoints[i]) == 0) {
                    continue;
                }
                int from = i;
                boolean sorted = true;
                int previous = 0;
                for (; i < length; i++) {
                    int order = UnicodeTables.combiningClass(codePoints[i]);
                    if (order == 0) {
                        break;
                    }
                    sorted &= previous <= order;
                    previous = order;
                }
                if (!sorted) {
                    sortRun(from, i);
                }
            }
        }

        private void sortRun(int from, int to) {
            long[] keys = new long[to - from]; // class and position: unique, hence a stable order
            for (int i = from; i < to; i++) {
                keys[i - from] = (long) UnicodeTables.combiningClass(codePoints[i]) << 32 | i;
            }
            Arrays.sort(keys);
            int[] oldCodePoints = Arrays.copyOfRange(codePoints, from, to);
            int[] oldChanges = Arrays.copyOfRange(changes, from, to);
            for (int i = from; i < to; i++) {
                int source = (int) keys[i - from] - from;
                codePoints[i] = oldCodePoints[source];
                changes[i] = oldChanges[source];
            }
        }

        /** Canonical composition in place. A composite takes both changes on itself, less the code point it swallowed. */
        void compose() {
            int out = 0;
            int starter = -1; // where in the output the last starter is
            int lastClass = 0; // of what stands between that starter and here
            for (int i = 0; i < length; i++) {
                int codePoint = codePoints[i];
                int combiningClass = UnicodeTables.combiningClass(codePoint);
                boolean adjacent = starter == out - 1;
                if (starter >= 0 && (adjacent || (lastClass < combiningClass))) {
                    int composite = composePair(codePoints[starter], codePoint);
                    if (composite >= 0) {
                        codePoints[starter] = composite;
                        changes[starter] += changes[i] - 1;
                        continue;
                    }
                }
                if (combiningClass == 0) {
                    starter = out;
                }
                lastClass = combiningClass;
                codePoints[out] = codePoint;
                changes[out++] = changes[i];
            }
            length = out;
        }
    }
}
