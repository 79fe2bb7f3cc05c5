package io.transformer4j.evaluation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * ROUGE (Lin 2004) as Google's {@code rouge-score} computes it: the mean over texts of the F-score, of the best reference
 * where there are several.
 *
 * @param type what is compared
 * @param stemmer whether words longer than three letters are cut to their stems
 */
public record Rouge(Type type, boolean stemmer) implements Metric {
    private static final Pattern OTHER = Pattern.compile("[^a-z0-9]+");

    /** What is compared. */
    public enum Type {
        /** Words. */
        ROUGE_1("rouge1"),
        /** Pairs of words. */
        ROUGE_2("rouge2"),
        /** The longest common subsequence. */
        ROUGE_L("rougeL"),
        /** The union of the longest common subsequences of sentences, which stand on lines of their own. */
        ROUGE_L_SUM("rougeLsum");

        private final String label;

        Type(String label) {
            this.label = label;
        }
    }

    /** Precision, recall and their harmonic mean, each in [0, 1]. */
    public record Score(double precision, double recall, double fmeasure) {
        static Score of(double hits, double predicted, double wanted) {
            double precision = predicted == 0 ? 0 : hits / predicted;
            double recall = wanted == 0 ? 0 : hits / wanted;
            double sum = precision + recall;
            return new Score(precision, recall, sum == 0 ? 0 : 2 * precision * recall / sum);
        }
    }

    @Override
    public String name() {
        return type.label;
    }

    /** The F-score of the best reference, and 1. */
    @Override
    public double[] statistics(String hypothesis, List<String> references) {
        double best = references.stream()
                .mapToDouble(reference -> score(hypothesis, reference).fmeasure())
                .max()
                .orElse(0);
        return new double[] {best, 1};
    }

    @Override
    public double score(double[] sums) {
        return 100 * sums[0] / sums[1];
    }

    @Override
    public String signature(int references, String bootstrap) {
        return Words.references(references) + "|" + bootstrap + "stemmer:" + (stemmer ? "yes" : "no") + "|multi:max";
    }

    /** The score of one text against one reference. */
    public Score score(String hypothesis, String reference) {
        return switch (type) {
            case ROUGE_1 -> ngrams(words(hypothesis), words(reference), 1);
            case ROUGE_2 -> ngrams(words(hypothesis), words(reference), 2);
            case ROUGE_L -> {
                List<String> predicted = words(hypothesis);
                List<String> wanted = words(reference);
                yield Score.of(new CommonSubsequence(wanted, predicted).length(), predicted.size(), wanted.size());
            }
            case ROUGE_L_SUM -> sentences(sentences(hypothesis), sentences(reference));
        };
    }

    private static Score ngrams(List<String> predicted, List<String> wanted, int size) {
        Map<List<String>, Integer> own = Words.ngrams(predicted, size);
        Map<List<String>, Integer> others = Words.ngrams(wanted, size);
        return Score.of(Words.matches(own, others), Words.total(own), Words.total(others));
    }

    /** A word counts as often as it is in both texts, however many sentences share it. */
    private static Score sentences(List<List<String>> predicted, List<List<String>> wanted) {
        Map<String, Integer> left = counts(predicted);
        Map<String, Integer> leftWanted = counts(wanted);
        int hits = 0;
        for (List<String> sentence : wanted) {
            TreeSet<Integer> places = new TreeSet<>();
            predicted.forEach(other -> places.addAll(new CommonSubsequence(sentence, other).places()));
            for (int place : places) {
                String word = sentence.get(place);
                if (left.getOrDefault(word, 0) > 0 && leftWanted.getOrDefault(word, 0) > 0) {
                    hits++;
                    left.merge(word, -1, Integer::sum);
                    leftWanted.merge(word, -1, Integer::sum);
                }
            }
        }
        return Score.of(
                hits,
                predicted.stream().mapToInt(List::size).sum(),
                wanted.stream().mapToInt(List::size).sum());
    }

    private static Map<String, Integer> counts(List<List<String>> sentences) {
        Map<String, Integer> counts = new HashMap<>();
        sentences.forEach(sentence -> sentence.forEach(word -> counts.merge(word, 1, Integer::sum)));
        return counts;
    }

    private List<List<String>> sentences(String text) {
        List<List<String>> sentences = new ArrayList<>();
        for (String line : text.split("\n", -1)) {
            if (!line.isEmpty()) {
                sentences.add(words(line));
            }
        }
        return sentences;
    }

    /** Words of the letters a to z and of digits, in lower case. */
    private List<String> words(String text) {
        List<String> words = new ArrayList<>();
        for (String word : OTHER.split(text.toLowerCase(Locale.ROOT), -1)) {
            if (!word.isEmpty()) {
                words.add(stemmer && word.length() > 3 ? PorterStemmer.stem(word) : word);
            }
        }
        return words;
    }
}
