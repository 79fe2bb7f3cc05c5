package io.transformer4j.pretraining;

import io.transformer4j.data.CorpusOptions;
import io.transformer4j.data.DocumentBoundary;
import io.transformer4j.data.Segmentation;
import java.util.Arrays;
import java.util.stream.Collectors;

/** What a model learns from raw text. */
public enum Objective {
    /** Masked-language modelling (Devlin et al. 2019, §3.1, task 1). */
    MLM("mlm"),
    /** Masked-language modelling and next-sentence prediction (tasks 1 and 2). */
    MLM_NSP("mlm+nsp"),
    /** Causal language modelling: each token from those before it. */
    CLM("clm");

    private final String label;

    Objective(String label) {
        this.label = label;
    }

    /** How text is best read for this objective: sentences of documents, or for causal models the text as it is. */
    public CorpusOptions.Builder corpusOptions() {
        return this == CLM
                ? CorpusOptions.builder().segmentation(Segmentation.NONE).documentBoundary(DocumentBoundary.FILE)
                : CorpusOptions.builder().segmentation(Segmentation.SENTENCES);
    }

    /**
     * The objective called {@code name}.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Objective of(String name) {
        return Arrays.stream(values())
                .filter(objective -> objective.label.equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("the objective must be one of "
                        + Arrays.stream(values()).map(Object::toString).collect(Collectors.joining(", "))
                        + ", but is \"" + name + "\""));
    }

    @Override
    public String toString() {
        return label;
    }
}
