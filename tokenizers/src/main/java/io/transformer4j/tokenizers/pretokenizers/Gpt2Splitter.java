package io.transformer4j.tokenizers.pretokenizers;

import io.transformer4j.tokenizers.text.UnicodeTables;

/**
 * GPT-2's pattern (Radford et al. 2019) as a scanner:
 * {@code 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+}.
 *
 * <p>Every character belongs to a match, so the matches are the words. The one look-ahead says that a run of white space gives its
 * last character to the word behind it; that word takes it in only if it is a plain space.
 */
public final class Gpt2Splitter {

    /** Classes of characters as the pattern sees them. */
    static final int WHITESPACE = 0;

    static final int LETTER = 1;
    static final int NUMBER = 2;
    static final int OTHER = 3;

    private Gpt2Splitter() {}

    static int classOf(int codePoint) {
        if (UnicodeTables.isLetter(codePoint)) {
            return LETTER;
        }
        if (UnicodeTables.isNumber(codePoint)) {
            return NUMBER;
        }
        return UnicodeTables.isWhitespace(codePoint) ? WHITESPACE : OTHER;
    }

    /** The end of the word that starts at {@code from} in {@code text[0, to)}. */
    static int next(int[] text, int from, int to) {
        int first = text[from];
        if (first == '\'') {
            int contraction = contraction(from + 1 < to ? text[from + 1] : -1, from + 2 < to ? text[from + 2] : -1);
            if (contraction > 0) {
                return from + contraction;
            }
        }
        int kind = classOf(first);
        int at = from + 1;
        if (first == ' ' && at < to) {
            int after = classOf(text[at]);
            if (after != WHITESPACE) {
                kind = after;
                at++;
            }
        }
        while (at < to && classOf(text[at]) == kind) {
            at++;
        }
        boolean yieldsLast = kind == WHITESPACE && at < to && at - from > 1;
        return yieldsLast ? at - 1 : at;
    }

    /** Classes of the characters of the basic plane, surrogates as {@link #OTHER}. */
    private static final byte[] CLASSES = new byte[1 << 16];

    static {
        for (int c = 0; c < CLASSES.length; c++) {
            CLASSES[c] = (byte) classOf(c);
        }
    }

    /** The end of the word that starts at {@code from} in {@code text[0, to)}, UTF-16; a lone surrogate is a symbol. */
    public static int next(char[] text, int from, int to) {
        char first = text[from];
        int at = from + 1;
        if (first == '\'') {
            int contraction = contraction(at < to ? text[at] : -1, at + 1 < to ? text[at + 1] : -1);
            if (contraction > 0) {
                return from + contraction;
            }
        }
        int kind = CLASSES[first];
        if (first == ' ' && at < to) {
            int after = classAt(text, at, to);
            if (after != WHITESPACE) {
                kind = after;
                at += sizeAt(text, at, to);
            }
        } else if (Character.isSurrogate(first)) {
            kind = classAt(text, from, to);
            at = from + sizeAt(text, from, to);
        }
        while (at < to) {
            char c = text[at];
            if (CLASSES[c] != kind || Character.isSurrogate(c)) {
                if (!Character.isSurrogate(c) || classAt(text, at, to) != kind) {
                    break;
                }
                at += sizeAt(text, at, to);
            } else {
                at++;
            }
        }
        boolean yieldsLast = kind == WHITESPACE && at < to && at - from > 1;
        return yieldsLast ? at - 1 : at; // all white space is in the basic plane
    }

    private static boolean isPair(char[] text, int at, int to) {
        return Character.isHighSurrogate(text[at]) && at + 1 < to && Character.isLowSurrogate(text[at + 1]);
    }

    private static int classAt(char[] text, int at, int to) {
        return isPair(text, at, to) ? classOf(Character.toCodePoint(text[at], text[at + 1])) : CLASSES[text[at]];
    }

    private static int sizeAt(char[] text, int at, int to) {
        return isPair(text, at, to) ? 2 : 1;
    }

    /** Length of the English contraction that an apostrophe begins, given the two characters behind it; 0 if none. */
    public static int contraction(int second, int third) {
        return switch (second) {
            case 's', 't', 'm', 'd' -> 2;
            case 'r', 'v' -> third == 'e' ? 3 : 0;
            case 'l' -> third == 'l' ? 3 : 0;
            default -> 0;
        };
    }
}
