package io.transformer4j.finetuning;

import io.transformer4j.evaluation.ConfusionMatrix;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a model is worth on some rows.
 *
 * @param main the score by which models of this task are compared, as a rule; higher is better
 * @param values all scores by name, in a fixed order
 * @param confusion how classes were mistaken for each other; null where a row has not one class
 */
public record Scores(
        String main, Map<String, Double> values, @Nullable ConfusionMatrix confusion) {
    /** Copies the values. */
    public Scores {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    /** The {@linkplain #main main} score. */
    public double mainValue() {
        return values.getOrDefault(main, Double.NaN);
    }
}
