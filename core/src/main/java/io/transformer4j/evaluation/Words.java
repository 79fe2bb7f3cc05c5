package io.transformer4j.evaluation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** White space as Python sees it, which the reference implementations depend on, and counts of sequences. */
final class Words {
    /** sacreBLEU's version whose scores these are. */
    static final String VERSION = "version:2.6.0";

    private Words() {}

    private static boolean isSpace(int codePoint) {
        return Character.isWhitespace(codePoint)
                || codePoint == 0x85
                || codePoint == 0xA0
                || codePoint == 0x2007
                || codePoint == 0x202F;
    }

    /** The parts between white space. */
    static List<String> split(String text) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        text.codePoints().forEach(codePoint -> {
            if (!isSpace(codePoint)) {
                word.appendCodePoint(codePoint);
            } else if (!word.isEmpty()) {
                words.add(word.toString());
                word.setLength(0);
            }
        });
        if (!word.isEmpty()) {
            words.add(word.toString());
        }
        return words;
    }

    /** {@code text} without white space at its end. */
    static String stripEnd(String text) {
        int end = text.length();
        while (end > 0 && isSpace(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(0, end);
    }

    /** {@code text} without white space around it. */
    static String strip(String text) {
        int start = 0;
        while (start < text.length() && isSpace(text.charAt(start))) {
            start++;
        }
        return stripEnd(text.substring(start));
    }

    /** How often each sequence of {@code size} neighbours occurs. */
    static Map<List<String>, Integer> ngrams(List<String> units, int size) {
        Map<List<String>, Integer> counts = new HashMap<>();
        for (int i = 0; i + size <= units.size(); i++) {
            counts.merge(units.subList(i, i + size), 1, Integer::sum);
        }
        return counts;
    }

    /** How many of {@code counts} are in {@code others} too, each as often as it is in both. */
    static int matches(Map<List<String>, Integer> counts, Map<List<String>, Integer> others) {
        return counts.entrySet().stream()
                .mapToInt(entry -> Math.min(entry.getValue(), others.getOrDefault(entry.getKey(), 0)))
                .sum();
    }

    /** Sum of all counts. */
    static int total(Map<List<String>, Integer> counts) {
        return counts.values().stream().mapToInt(Integer::intValue).sum();
    }

    static String references(int count) {
        return "nrefs:" + (count < 0 ? "var" : count);
    }
}
