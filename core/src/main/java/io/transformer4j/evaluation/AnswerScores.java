package io.transformer4j.evaluation;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How well questions were answered, by the rules of SQuAD's own script (Rajpurkar et al. 2016, §5): lower case, no punctuation, no
 * articles; the best over the accepted answers.
 *
 * @param exactMatch share of the answers that are an accepted one
 * @param f1 mean over the questions of the F1 of the answer's words
 */
public record AnswerScores(double exactMatch, double f1) {
    /**
     * Compares answers.
     *
     * @param accepted the answers that count as right, for each question; none where there is no answer
     * @param predicted one for each question; empty for "there is none"
     */
    public static AnswerScores of(List<List<String>> accepted, List<String> predicted) {
        if (accepted.isEmpty() || accepted.size() != predicted.size()) {
            throw new IllegalArgumentException("there must be as many answers as questions, at least one, not "
                    + predicted.size() + " and " + accepted.size());
        }
        double exact = 0;
        double f1 = 0;
        for (int i = 0; i < predicted.size(); i++) {
            String answer = predicted.get(i);
            List<String> right = accepted.get(i).isEmpty() ? List.of("") : accepted.get(i);
            exact += right.stream().anyMatch(other -> normalized(other).equals(normalized(answer))) ? 1 : 0;
            f1 += right.stream().mapToDouble(other -> f1(other, answer)).max().orElse(0);
        }
        return new AnswerScores(exact / predicted.size(), f1 / predicted.size());
    }

    private static String normalized(String answer) {
        return answer.toLowerCase(Locale.ROOT)
                .replaceAll("\\p{Punct}", "")
                .replaceAll("\\b(a|an|the)\\b", " ")
                .strip()
                .replaceAll("\\s+", " ");
    }

    private static double f1(String right, String answer) {
        String[] expected = words(right);
        String[] found = words(answer);
        if (expected.length == 0 || found.length == 0) {
            return expected.length == found.length ? 1 : 0;
        }
        Map<String, Integer> left = new HashMap<>();
        Arrays.stream(expected).forEach(word -> left.merge(word, 1, Integer::sum));
        int common = 0;
        for (String word : found) {
            if (left.merge(word, -1, Integer::sum) >= 0) {
                common++;
            }
        }
        return new PrecisionRecall(common, found.length, expected.length).f1();
    }

    private static String[] words(String answer) {
        String normalized = normalized(answer);
        return normalized.isEmpty() ? new String[0] : normalized.split(" ");
    }
}
