package io.transformer4j.tokenizers.trainers;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The characters of a training text. */
final class Alphabet {

    private Alphabet() {}

    /** How often each code point occurs in words with their counts. */
    static Map<Integer, Long> frequencies(Map<String, Long> wordCounts) {
        Map<Integer, Long> frequencies = new HashMap<>();
        wordCounts.forEach((word, count) -> word.codePoints().forEach(c -> frequencies.merge(c, count, Long::sum)));
        return frequencies;
    }

    /** The {@code limit} commonest code points, the commonest first and the smaller first among equals. */
    static List<Integer> commonest(Map<Integer, Long> frequencies, int limit) {
        List<Integer> kept = new ArrayList<>(frequencies.keySet());
        kept.sort((a, b) -> {
            int byFrequency = Long.compare(frequencies.get(b), frequencies.get(a));
            return byFrequency != 0 ? byFrequency : Integer.compare(a, b);
        });
        return kept.subList(0, Math.min(limit, kept.size()));
    }
}
