package io.transformer4j.training;

import java.util.Map;
import java.util.function.BooleanSupplier;

/** Measures the model in training beyond its loss, such as by the texts that it writes. */
@FunctionalInterface
public interface Evaluator {
    /**
     * Measures the model as it is now, which is in evaluation mode.
     *
     * @param wanted becomes false when the run is stopped: what is returned afterwards isn't used
     * @return metrics by name, such as {@code bleu}; the trainer reports them as {@code eval_bleu}
     */
    Map<String, Double> evaluate(BooleanSupplier wanted);
}
