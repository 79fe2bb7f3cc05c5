package io.transformer4j.corpus;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds the text that shares the most and the rarest words with another: BM25 (Robertson and Zaragoza 2009, §3.2). The baseline
 * of every generator: what is most like this was described so. Immutable and thread-safe.
 */
public final class SimilarTexts {
    private static final double SATURATION = 1.2;
    private static final double LENGTH_SHARE = 0.75;

    /** The texts that have a word, and how often each has it. */
    private record Postings(int[] texts, int[] counts) {}

    private final Map<String, Postings> postings = new HashMap<>();
    private final double[] lengthNorms;

    /** Indexes texts, whose words are between blanks. */
    public SimilarTexts(List<String> texts) {
        Map<String, Map<Integer, Integer>> counts = new HashMap<>();
        lengthNorms = new double[texts.size()];
        double mean = 0;
        for (int i = 0; i < texts.size(); i++) {
            String[] words = words(texts.get(i));
            lengthNorms[i] = words.length;
            mean += words.length / (double) texts.size();
            for (String word : words) {
                counts.computeIfAbsent(word, w -> new HashMap<>()).merge(i, 1, Integer::sum);
            }
        }
        for (int i = 0; i < lengthNorms.length; i++) {
            lengthNorms[i] = SATURATION * (1 - LENGTH_SHARE + LENGTH_SHARE * lengthNorms[i] / mean);
        }
        counts.forEach((word, places) -> {
            int[] indices = places.keySet().stream()
                    .mapToInt(Integer::intValue)
                    .sorted()
                    .toArray();
            int[] own = new int[indices.length];
            for (int i = 0; i < indices.length; i++) {
                own[i] = places.get(indices[i]);
            }
            postings.put(word, new Postings(indices, own));
        });
    }

    /** Index of the text that is most like {@code query}; of equals, and if none shares a word, the first. */
    public int mostSimilarTo(String query) {
        double[] scores = new double[lengthNorms.length];
        Set<String> words = new HashSet<>(List.of(words(query)));
        for (String word : words) {
            Postings found = postings.get(word);
            if (found != null) {
                double count = found.texts().length;
                double rarity = Math.log(1 + (scores.length - count + 0.5) / (count + 0.5));
                for (int i = 0; i < found.texts().length; i++) {
                    int text = found.texts()[i];
                    double frequency = found.counts()[i];
                    scores[text] += rarity * frequency * (SATURATION + 1) / (frequency + lengthNorms[text]);
                }
            }
        }
        int best = 0;
        for (int i = 1; i < scores.length; i++) {
            best = scores[i] > scores[best] ? i : best;
        }
        return best;
    }

    private static String[] words(String text) {
        return text.strip().split(" ", -1);
    }
}
