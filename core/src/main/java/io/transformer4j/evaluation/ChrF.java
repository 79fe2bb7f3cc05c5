package io.transformer4j.evaluation;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The F-score of sequences of characters (Popović 2015), and with words of chrF++ (Popović 2017), as sacreBLEU computes it.
 *
 * @param characterOrder longest sequence of characters
 * @param wordOrder longest sequence of words; 2 for chrF++
 * @param beta weight of recall against precision
 * @param lowercase whether case doesn't matter
 */
public record ChrF(int characterOrder, int wordOrder, int beta, boolean lowercase) implements Metric {
    /** {@code chrF2}: up to six characters, no words. */
    public static final ChrF DEFAULT = new ChrF(6, 0, 2, false);

    private static final String PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

    @Override
    public String name() {
        return "chrF" + beta + "+".repeat(wordOrder);
    }

    /** Of each order, the hypothesis' sequences, the reference's, and those in both; of the reference that fits best. */
    @Override
    public double[] statistics(String hypothesis, List<String> references) {
        List<Map<List<String>, Integer>> own = ngrams(hypothesis);
        double[] best = {};
        double bestScore = -1;
        for (String reference : references) {
            double[] counts = compare(own, ngrams(reference));
            double score = score(counts);
            if (score > bestScore) {
                best = counts;
                bestScore = score;
            }
        }
        return best;
    }

    private double[] compare(List<Map<List<String>, Integer>> own, List<Map<List<String>, Integer>> others) {
        double[] counts = new double[3 * own.size()];
        for (int i = 0; i < own.size(); i++) {
            Map<List<String>, Integer> other = others.get(i);
            counts[3 * i] = other.isEmpty() ? 0 : Words.total(own.get(i));
            counts[3 * i + 1] = Words.total(other);
            counts[3 * i + 2] = Words.matches(own.get(i), other);
        }
        return counts;
    }

    private List<Map<List<String>, Integer>> ngrams(String text) {
        String cased = lowercase ? text.toLowerCase(Locale.ROOT) : text;
        List<String> characters = String.join("", Words.split(cased))
                .codePoints()
                .mapToObj(Character::toString)
                .toList();
        List<Map<List<String>, Integer>> counts = new ArrayList<>();
        for (int size = 1; size <= characterOrder; size++) {
            counts.add(Words.ngrams(characters, size));
        }
        List<String> words = wordOrder == 0 ? List.of() : withPunctuationApart(cased);
        for (int size = 1; size <= wordOrder; size++) {
            counts.add(Words.ngrams(words, size));
        }
        return counts;
    }

    /** A mark behind a word is one of its own; or else, a mark before it. */
    private static List<String> withPunctuationApart(String text) {
        List<String> words = new ArrayList<>();
        for (String word : Words.split(text)) {
            int last = word.offsetByCodePoints(word.length(), -1);
            int second = word.offsetByCodePoints(0, 1);
            if (last == 0) {
                words.add(word);
            } else if (PUNCTUATION.contains(word.substring(last))) {
                words.add(word.substring(0, last));
                words.add(word.substring(last));
            } else if (PUNCTUATION.contains(word.substring(0, second))) {
                words.add(word.substring(0, second));
                words.add(word.substring(second));
            } else {
                words.add(word);
            }
        }
        return words;
    }

    /** Means of precision and recall over the orders that both sides have. */
    @Override
    public double score(double[] sums) {
        double precision = 0;
        double recall = 0;
        int orders = 0;
        for (int i = 0; i < sums.length; i += 3) {
            if (sums[i] > 0 && sums[i + 1] > 0) {
                precision += sums[i + 2] / sums[i];
                recall += sums[i + 2] / sums[i + 1];
                orders++;
            }
        }
        if (precision + recall == 0) {
            return 0;
        }
        precision /= orders;
        recall /= orders;
        double weight = (double) beta * beta;
        return 100 * (1 + weight) * precision * recall / (weight * precision + recall);
    }

    @Override
    public String signature(int references, String bootstrap) {
        return Words.references(references) + "|" + bootstrap + "case:" + (lowercase ? "lc" : "mixed") + "|eff:yes|nc:"
                + characterOrder + "|nw:" + wordOrder + "|space:no|" + Words.VERSION;
    }
}
