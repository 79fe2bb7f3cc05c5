package io.transformer4j.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Splits a paragraph into sentences by rules that need no language: a sentence ends after {@code . ! ? …} and closing
 * quotes, in front of white space and something that isn't a lower-case letter; CJK terminators need no white space.
 * Abbreviations, initials and dotted acronyms don't end one. Good enough for packing and next-sentence pairs; a corpus
 * with better boundaries of its own is read with {@link Segmentation#LINES}. Stateless.
 */
public final class SentenceSplitter {
    private static final String WEAK = ".…!?؟";
    private static final String STRONG = "。！？｡।॥۔";
    private static final String CLOSERS = "\"'”’»›)]}」』】）";
    private static final String OPENERS = "\"'“‘«‹([{¿¡—–-_*";

    /** Abbreviations (without the last dot, in lower case) that something with a capital usually follows. */
    private static final Set<String> ABBREVIATIONS = Set.of(
            "mr", "mrs", "ms", "messrs", "mme", "mlle", "dr", "prof", "rev", "hon", "st", "ste", "mt", "gen", "col",
            "capt", "cpt", "lt", "lieut", "sgt", "maj", "cmdr", "adm", "gov", "pres", "sen", "rep", "sr", "jr", "esq",
            "vs", "viz", "cf", "ca", "approx", "al", "fig", "figs", "eq", "eqs", "sec", "chap", "ch", "vol", "vols",
            "ed", "eds", "pp", "ff", "ibid", "op", "bros", "dept", "univ", "inst");

    private static final Set<String> BEFORE_NUMBERS = Set.of("no", "nos", "nr", "p", "art", "ver", "v", "line", "pt");

    private SentenceSplitter() {}

    /** The sentences of {@code paragraph} in order, stripped of outer white space; empty for a blank paragraph. */
    public static List<String> split(String paragraph) {
        List<String> sentences = new ArrayList<>();
        int start = 0;
        int i = 0;
        while (i < paragraph.length()) {
            char c = paragraph.charAt(i);
            if (WEAK.indexOf(c) < 0 && STRONG.indexOf(c) < 0) {
                i++;
                continue;
            }
            int end = endOfRun(paragraph, i);
            if (endsSentence(paragraph, start, i, end)) {
                add(sentences, paragraph, start, end);
                start = end;
            }
            i = end;
        }
        add(sentences, paragraph, start, paragraph.length());
        return sentences;
    }

    private static void add(List<String> sentences, String text, int start, int end) {
        String sentence = text.substring(start, end).strip();
        if (!sentence.isEmpty()) {
            sentences.add(sentence);
        }
    }

    /** After the terminators at {@code from} and the quotes and brackets that close behind them. */
    private static int endOfRun(String text, int from) {
        int end = from;
        while (end < text.length() && (WEAK.indexOf(text.charAt(end)) >= 0 || STRONG.indexOf(text.charAt(end)) >= 0)) {
            end++;
        }
        while (end < text.length() && CLOSERS.indexOf(text.charAt(end)) >= 0) {
            end++;
        }
        return end;
    }

    private static boolean endsSentence(String text, int start, int terminator, int end) {
        if (STRONG.indexOf(text.charAt(terminator)) >= 0) {
            return true;
        }
        if (end == text.length() || !Character.isWhitespace(text.charAt(end))) {
            return false; // at the end of the text there is nothing to split off
        }
        int next = end;
        while (next < text.length()
                && (Character.isWhitespace(text.charAt(next)) || OPENERS.indexOf(text.charAt(next)) >= 0)) {
            next++;
        }
        if (next == text.length()) {
            return true;
        }
        int following = text.codePointAt(next);
        if (Character.isLowerCase(following)) {
            return false;
        }
        boolean loneDot = text.charAt(terminator) == '.' && end == terminator + 1;
        return !loneDot || !isAbbreviation(text, start, terminator, Character.isDigit(following));
    }

    /** Whether the word that ends in the dot at {@code dot} is one that usually goes on. */
    private static boolean isAbbreviation(String text, int start, int dot, boolean numberFollows) {
        int from = dot;
        while (from > start && isWordPart(text.charAt(from - 1))) {
            from--;
        }
        String word = text.substring(from, dot);
        if (word.length() == 1 && Character.isUpperCase(word.charAt(0))) {
            return !word.equals("I"); // an initial, not the pronoun
        }
        String lower = word.toLowerCase(Locale.ROOT);
        return lower.indexOf('.') == 1 // e.g. U.S. a.m.
                || ABBREVIATIONS.contains(lower)
                || (numberFollows && BEFORE_NUMBERS.contains(lower));
    }

    private static boolean isWordPart(char c) {
        return Character.isLetter(c) || c == '.';
    }
}
