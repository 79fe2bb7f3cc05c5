package io.transformer4j.tokenizers;

import io.transformer4j.tokenizers.text.UnicodeTables;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds added tokens in a text: leftmost first, the longest of those that begin at the same place.
 *
 * <p>Candidates are found by {@link String#indexOf(int)} for each character that a token can begin with, since there are few of them
 * and that is the fastest scan the JVM has. Immutable and thread-safe.
 */
final class AddedTokens {

    /** The token {@code token} at {@code [start, end)}, in {@code char}s, its blanks included. */
    record Match(int start, int end, AddedToken token) {}

    /** A token and the text by which it is sought, which normalization may have changed. */
    record Sought(String content, AddedToken token) {}

    private final char[] firstChars;
    private final Sought[][] candidates; // by first character, longest first

    AddedTokens(List<Sought> tokens) {
        Map<Character, List<Sought>> byFirst = new HashMap<>();
        for (Sought sought : tokens) {
            if (!sought.content().isEmpty()) {
                byFirst.computeIfAbsent(sought.content().charAt(0), ignored -> new ArrayList<>())
                        .add(sought);
            }
        }
        firstChars = new char[byFirst.size()];
        candidates = new Sought[byFirst.size()][];
        int i = 0;
        for (Map.Entry<Character, List<Sought>> entry : byFirst.entrySet()) {
            firstChars[i] = entry.getKey();
            entry.getValue()
                    .sort(Comparator.comparingInt(sought -> -sought.content().length()));
            candidates[i++] = entry.getValue().toArray(Sought[]::new);
        }
    }

    boolean isEmpty() {
        return firstChars.length == 0;
    }

    /** The matches in all of {@code text}, ascending and disjoint. */
    List<Match> find(String text) {
        return in(text).find(0, text.length());
    }

    /** A search through the parts of {@code text}, one after the other. */
    Search in(String text) {
        return new Search(text);
    }

    /** Remembers where first characters come next, so that a text of many parts is still scanned only once. */
    final class Search {

        private final String text;
        private final int[] next = new int[firstChars.length]; // next occurrence of each first character

        private Search(String text) {
            this.text = text;
            Arrays.fill(next, -1);
        }

        /** The matches in {@code text[from, to)}, ascending and disjoint; no part may begin before the last one ended. */
        List<Match> find(int from, int to) {
            List<Match> matches = List.of();
            int at = from;
            int free = from; // end of the last match
            for (int group = nearest(at, to); group >= 0; group = nearest(at, to)) {
                int start = next[group];
                at = start + 1;
                Sought found = longestAt(text, start, to, candidates[group]);
                if (found == null) {
                    continue;
                }
                int end = start + found.content().length();
                at = end; // as in the peer, a candidate that isn't a word of its own hides what overlaps it
                AddedToken token = found.token();
                if (token.singleWord() && (isWordBefore(text, from, start) || isWordAfter(text, end, to))) {
                    continue;
                }
                int matchStart = token.lstrip() ? stripLeft(text, free, start) : start;
                int matchEnd = token.rstrip() ? stripRight(text, end, to) : end;
                if (matches.isEmpty()) {
                    matches = new ArrayList<>();
                }
                matches.add(new Match(Math.max(matchStart, free), matchEnd, token));
                free = matchEnd;
                at = Math.max(at, matchEnd);
            }
            return matches;
        }

        private int nearest(int at, int to) {
            int group = -1;
            for (int g = 0; g < next.length; g++) {
                if (next[g] < at) {
                    int found = text.indexOf(firstChars[g], at);
                    next[g] = found < 0 ? Integer.MAX_VALUE : found;
                }
                if (next[g] < to && (group < 0 || next[g] < next[group])) {
                    group = g;
                }
            }
            return group;
        }
    }

    private static @Nullable Sought longestAt(String text, int start, int to, Sought[] candidates) {
        for (Sought candidate : candidates) {
            if (start + candidate.content().length() <= to && text.startsWith(candidate.content(), start)) {
                return candidate;
            }
        }
        return null;
    }

    private static boolean isWordBefore(String text, int from, int at) {
        return at > from && UnicodeTables.isWord(text.codePointBefore(at));
    }

    private static boolean isWordAfter(String text, int at, int to) {
        return at < to && UnicodeTables.isWord(text.codePointAt(at));
    }

    private static int stripLeft(String text, int from, int at) {
        int start = at;
        while (start > from && UnicodeTables.isWhitespace(text.charAt(start - 1))) {
            start--;
        }
        return start;
    }

    private static int stripRight(String text, int at, int to) {
        int end = at;
        while (end < to && UnicodeTables.isWhitespace(text.charAt(end))) {
            end++;
        }
        return end;
    }
}
