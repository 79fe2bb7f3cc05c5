package io.transformer4j.evaluation;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * How well sets of labels were found.
 *
 * @param perLabel counts of each label, in the order of the labels
 * @param exactMatch share of the cases whose whole set is right
 */
public record MultiLabelScores(List<PrecisionRecall> perLabel, double exactMatch) {
    /**
     * Compares sets.
     *
     * @param labels all labels
     * @throws IllegalArgumentException if there is no case, or there are more of one than of the other
     */
    public static MultiLabelScores of(List<String> labels, List<Set<String>> actual, List<Set<String>> predicted) {
        if (actual.isEmpty() || actual.size() != predicted.size()) {
            throw new IllegalArgumentException("there must be as many predictions as cases, at least one, not "
                    + predicted.size() + " and " + actual.size());
        }
        List<PrecisionRecall> perLabel = new ArrayList<>();
        for (String label : labels) {
            long both = 0;
            long found = 0;
            long right = 0;
            for (int i = 0; i < actual.size(); i++) {
                boolean isFound = predicted.get(i).contains(label);
                boolean isRight = actual.get(i).contains(label);
                found += isFound ? 1 : 0;
                right += isRight ? 1 : 0;
                both += isFound && isRight ? 1 : 0;
            }
            perLabel.add(new PrecisionRecall(both, found, right));
        }
        long exact = 0;
        for (int i = 0; i < actual.size(); i++) {
            exact += actual.get(i).equals(predicted.get(i)) ? 1 : 0;
        }
        return new MultiLabelScores(List.copyOf(perLabel), (double) exact / actual.size());
    }

    /** Scores over all labels together. */
    public PrecisionRecall micro() {
        return PrecisionRecall.sum(perLabel);
    }

    /** Mean F1 of the labels. */
    public double macroF1() {
        return PrecisionRecall.macroF1(perLabel);
    }
}
