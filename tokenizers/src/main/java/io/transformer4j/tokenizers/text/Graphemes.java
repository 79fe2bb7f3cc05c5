package io.transformer4j.tokenizers.text;

import io.transformer4j.tokenizers.text.UnicodeTables.GraphemeClass;

/**
 * Where what a reader takes for one character ends: the extended grapheme clusters of Unicode's annex 29, §3.1.1, by tables of this module,
 * since those of {@link java.util.regex.Pattern}'s {@code \X} differ from one Java release to the next.
 */
public final class Graphemes {

    private static final int ZWJ = 0x200D;
    private static final int FIRST_REGIONAL = 0x1F1E6;
    private static final int LAST_REGIONAL = 0x1F1FF;
    private static final int FIRST_SYLLABLE = 0xAC00;
    private static final int SYLLABLES = 11_172;
    private static final int FINALS = 28;

    private Graphemes() {}

    /** The end of the grapheme that starts at {@code start}, which must be before the end of the text. */
    public static int end(NormalizedString text, int start) {
        Cluster cluster = new Cluster(text.codePointAt(start));
        int end = start + 1;
        while (end < text.length() && cluster.takes(text.codePointAt(end))) {
            end++;
        }
        return end;
    }

    /** A grapheme as far as it has been read. */
    private static final class Cluster {

        private int last;
        private GraphemeClass lastClass;
        private boolean afterPictograph; // with nothing but extenders between
        private boolean afterConsonant; // of a conjunct, with nothing but extenders between
        private boolean linked; // and one of them was a linker
        private boolean oddRegionals; // one indicator waits for its other half

        Cluster(int first) {
            last = first;
            lastClass = UnicodeTables.graphemeClass(first);
            note(first, lastClass);
        }

        /** Whether {@code next} goes on with this grapheme; if so, it is part of it now. */
        boolean takes(int next) {
            GraphemeClass nextClass = UnicodeTables.graphemeClass(next);
            if (!joins(next, nextClass)) {
                return false;
            }
            note(next, nextClass);
            last = next;
            lastClass = nextClass;
            return true;
        }

        private boolean joins(int next, GraphemeClass nextClass) {
            if (lastClass == GraphemeClass.CONTROL) {
                return last == '\r' && next == '\n'; // GB3, GB4
            }
            return switch (nextClass) {
                case CONTROL -> false; // GB5
                case EXTEND, NONJOINER, LINKER, SPACING -> true; // GB9, GB9a
                default ->
                    next == ZWJ
                            || lastClass == GraphemeClass.PREPEND // GB9b
                            || joinsSyllable(next, nextClass)
                            || (nextClass == GraphemeClass.CONSONANT && linked) // GB9c
                            || (nextClass == GraphemeClass.PICTOGRAPHIC && last == ZWJ && afterPictograph) // GB11
                            || (isRegional(next) && oddRegionals); // GB12, GB13
            };
        }

        /** GB6 to GB8. */
        private boolean joinsSyllable(int next, GraphemeClass nextClass) {
            if (lastClass == GraphemeClass.LEADING) {
                return nextClass == GraphemeClass.LEADING || nextClass == GraphemeClass.VOWEL || isSyllable(next);
            }
            if (lastClass == GraphemeClass.VOWEL || (isSyllable(last) && (last - FIRST_SYLLABLE) % FINALS == 0)) {
                return nextClass == GraphemeClass.VOWEL || nextClass == GraphemeClass.FINAL;
            }
            return nextClass == GraphemeClass.FINAL && (lastClass == GraphemeClass.FINAL || isSyllable(last));
        }

        private void note(int codePoint, GraphemeClass its) {
            boolean extender = its == GraphemeClass.EXTEND || its == GraphemeClass.LINKER;
            boolean zwj = codePoint == ZWJ;
            afterPictograph = its == GraphemeClass.PICTOGRAPHIC
                    || (afterPictograph && last != ZWJ && (extender || its == GraphemeClass.NONJOINER || zwj));
            afterConsonant = its == GraphemeClass.CONSONANT || (afterConsonant && (extender || zwj));
            linked = afterConsonant && its != GraphemeClass.CONSONANT && (linked || its == GraphemeClass.LINKER);
            oddRegionals = isRegional(codePoint) && !oddRegionals;
        }

        private static boolean isRegional(int codePoint) {
            return codePoint >= FIRST_REGIONAL && codePoint <= LAST_REGIONAL;
        }

        private static boolean isSyllable(int codePoint) {
            return codePoint >= FIRST_SYLLABLE && codePoint < FIRST_SYLLABLE + SYLLABLES;
        }
    }
}
