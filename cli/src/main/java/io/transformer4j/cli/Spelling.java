package io.transformer4j.cli;

import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** What somebody probably meant who wrote something else. */
final class Spelling {

    private Spelling() {}

    /** The known word that is fewest edits away; among equals the first in alphabetical order. */
    static Optional<String> nearest(String word, Stream<String> known) {
        return known.min(Comparator.comparingInt((String candidate) -> editDistance(word, candidate))
                .thenComparing(Comparator.naturalOrder()));
    }

    /** Levenshtein distance, ignoring case. */
    static int editDistance(String first, String second) {
        String a = first.toLowerCase(Locale.ROOT);
        String b = second.toLowerCase(Locale.ROOT);
        int[] above = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            above[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] row = new int[b.length() + 1];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int substitution = above[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(substitution, 1 + Math.min(above[j], row[j - 1]));
            }
            above = row;
        }
        return above[b.length()];
    }
}
