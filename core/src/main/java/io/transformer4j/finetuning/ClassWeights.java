package io.transformer4j.finetuning;

import io.transformer4j.data.Batch;
import io.transformer4j.data.DataException;
import io.transformer4j.data.Example;
import io.transformer4j.models.Labels;
import java.util.Arrays;
import java.util.List;

/** Weights of classes in inverse proportion to their number, 1 in the mean over the examples (as scikit-learn's "balanced"). */
final class ClassWeights {
    private ClassWeights() {}

    /**
     * The weight of each class.
     *
     * @throws DataException if a class has no example, or the examples have no classes
     */
    static List<Double> balanced(List<Example> examples, Labels labels) {
        long[] counts = new long[labels.count()];
        for (Example example : examples) {
            if (example.labels() != null) {
                Arrays.stream(example.labels())
                        .filter(label -> label != Batch.IGNORED)
                        .forEach(label -> counts[label]++);
            }
            if (example.target() != null && example.target().label() != Batch.IGNORED) {
                counts[example.target().label()]++;
            }
        }
        double total = Arrays.stream(counts).sum();
        for (int label = 0; label < counts.length; label++) {
            if (counts[label] == 0) {
                throw new DataException("no training example has the label \""
                        + labels.names().get(label) + "\", so classes can't be balanced");
            }
        }
        return Arrays.stream(counts)
                .mapToObj(count -> total / (counts.length * (double) count))
                .toList();
    }
}
