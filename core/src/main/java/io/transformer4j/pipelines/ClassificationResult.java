package io.transformer4j.pipelines;

import java.util.List;

/**
 * What a classifier says of a text.
 *
 * @param scores of all labels, the highest first: probabilities that sum to 1 if one label holds, a probability each if several may, and
 *     the numbers themselves of a regression
 */
public record ClassificationResult(List<LabelScore> scores) {
    /** A label and how likely it is. */
    public record LabelScore(String label, double score) {}

    /** Copies the scores. */
    public ClassificationResult {
        scores = List.copyOf(scores);
    }

    /** The label with the highest score. */
    public LabelScore best() {
        return scores.get(0);
    }

    /** The labels whose score is at least {@code threshold}, the highest first. */
    public List<String> labels(double threshold) {
        return scores.stream()
                .filter(score -> score.score() >= threshold)
                .map(LabelScore::label)
                .toList();
    }
}
