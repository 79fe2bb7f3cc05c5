package io.transformer4j.models;

import static io.transformer4j.models.PretrainedConfig.check;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The labels of a classifier, as {@code config.json} has them ({@code id2label}, {@code label2id}, {@code num_labels},
 * {@code problem_type}).
 *
 * @param names by id
 * @param problemType what the labels mean; null to tell by the targets, as HF does
 */
public record Labels(List<String> names, @Nullable ProblemType problemType) {
    private static final int DEFAULT_COUNT = 2;
    private static final int MAX_COUNT = 1_000_000;

    /** What a sequence classifier predicts. */
    public enum ProblemType {
        /** Real numbers. */
        REGRESSION,
        /** One label. */
        SINGLE_LABEL_CLASSIFICATION,
        /** Any number of labels. */
        MULTI_LABEL_CLASSIFICATION;

        /** HF's name. */
        public String configName() {
            return name().toLowerCase(Locale.ROOT);
        }

        private static ProblemType of(String name) {
            return Arrays.stream(values())
                    .filter(type -> type.configName().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException(
                            "problem_type must be regression, single_label_classification or"
                                    + " multi_label_classification, but is \"" + name + "\""));
        }
    }

    /** Copies the names. */
    public Labels {
        names = List.copyOf(names);
        check(!names.isEmpty(), "a classifier needs at least one label");
    }

    /** Labels of which one holds. */
    public static Labels of(String... names) {
        return new Labels(List.of(names), ProblemType.SINGLE_LABEL_CLASSIFICATION);
    }

    /**
     * What a configuration says; two labels if it says nothing, as in HF.
     *
     * @throws IllegalArgumentException if {@code id2label} isn't a list from 0, or {@code problem_type} is unknown
     */
    static Labels read(Map<String, Object> config) {
        ProblemType type = config.get("problem_type") instanceof String name ? ProblemType.of(name) : null;
        if (config.get("id2label") instanceof Map<?, ?> byId) {
            return new Labels(
                    IntStream.range(0, byId.size())
                            .mapToObj(id -> Optional.ofNullable(byId.get(Integer.toString(id)))
                                    .orElseThrow(() -> new IllegalArgumentException(
                                            "id2label has " + byId.size() + " labels, but none for the id " + id)))
                            .map(Object::toString)
                            .toList(),
                    type);
        }
        int count = config.get("num_labels") instanceof Integer number ? number : DEFAULT_COUNT;
        check(count <= MAX_COUNT, "num_labels must be at most %d, but is %d", MAX_COUNT, count);
        return new Labels(
                IntStream.range(0, count).mapToObj(id -> "LABEL_" + id).toList(), type);
    }

    /** {@code config} with these labels in place of its own. */
    public Map<String, Object> addTo(Map<String, Object> config) {
        Map<String, Object> result = new LinkedHashMap<>(config);
        Map<String, Object> ids = new LinkedHashMap<>();
        Map<String, Object> byId = new LinkedHashMap<>();
        for (int id = 0; id < names.size(); id++) {
            byId.put(Integer.toString(id), names.get(id));
            ids.put(names.get(id), id);
        }
        result.remove("num_labels");
        result.put("id2label", byId);
        result.put("label2id", ids);
        if (problemType != null) {
            result.put("problem_type", problemType.configName());
        }
        return result;
    }

    /** Number of labels. */
    public int count() {
        return names.size();
    }
}
