package io.transformer4j.evaluation;

import java.util.List;
import java.util.stream.IntStream;

/**
 * How often each class was taken for each other one.
 *
 * @param labels names of the classes
 * @param counts {@code [actual][predicted]}; not copied
 */
@SuppressWarnings("ArrayRecordComponent") // a matrix
public record ConfusionMatrix(List<String> labels, long[][] counts) {

    /**
     * Counts pairs of classes.
     *
     * @param actual the right class of each case, in {@code [0, labels.size())}
     * @param predicted what was said, likewise
     * @throws IllegalArgumentException if there is no case, or the arrays differ in length
     */
    public static ConfusionMatrix of(List<String> labels, int[] actual, int[] predicted) {
        if (actual.length == 0 || actual.length != predicted.length) {
            throw new IllegalArgumentException("there must be as many predictions as cases, at least one, not "
                    + predicted.length + " and " + actual.length);
        }
        long[][] counts = new long[labels.size()][labels.size()];
        for (int i = 0; i < actual.length; i++) {
            counts[actual[i]][predicted[i]]++;
        }
        return new ConfusionMatrix(List.copyOf(labels), counts);
    }

    /** Number of cases. */
    public long total() {
        return classes().mapToLong(this::actual).sum();
    }

    private IntStream classes() {
        return IntStream.range(0, labels.size());
    }

    private long actual(int label) {
        return IntStream.range(0, labels.size())
                .mapToLong(other -> counts[label][other])
                .sum();
    }

    private long predicted(int label) {
        return IntStream.range(0, labels.size())
                .mapToLong(other -> counts[other][label])
                .sum();
    }

    /** Share of the cases that are right: micro-averaged precision, recall and F1 too, as each case has one class. */
    public double accuracy() {
        return (double) classes().mapToLong(label -> counts[label][label]).sum() / total();
    }

    /** Precision and recall of one class. */
    public PrecisionRecall of(int label) {
        return new PrecisionRecall(counts[label][label], predicted(label), actual(label));
    }

    /** Of each class that occurs, as a case or as a prediction, as scikit-learn does. */
    private List<PrecisionRecall> present() {
        return classes()
                .mapToObj(this::of)
                .filter(scores -> scores.actual() + scores.predicted() > 0)
                .toList();
    }

    /** Mean F1 of the classes that occur. */
    public double macroF1() {
        return PrecisionRecall.macroF1(present());
    }

    /** Mean precision of the classes that occur. */
    public double macroPrecision() {
        return present().stream()
                .mapToDouble(PrecisionRecall::precision)
                .average()
                .orElse(0);
    }

    /** Mean recall of the classes that occur. */
    public double macroRecall() {
        return present().stream().mapToDouble(PrecisionRecall::recall).average().orElse(0);
    }

    /** Matthews' correlation of any number of classes (Gorodkin 2004, eq. 8); 0 where it isn't defined. */
    public double matthews() {
        double total = total();
        double correct = classes().mapToLong(label -> counts[label][label]).sum();
        double both =
                classes().mapToDouble(l -> (double) actual(l) * predicted(l)).sum();
        double actual =
                classes().mapToDouble(l -> (double) actual(l) * actual(l)).sum();
        double predicted =
                classes().mapToDouble(l -> (double) predicted(l) * predicted(l)).sum();
        double denominator = Math.sqrt(total * total - actual) * Math.sqrt(total * total - predicted);
        return denominator == 0 ? 0 : (correct * total - both) / denominator;
    }
}
