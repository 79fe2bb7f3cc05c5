package io.transformer4j.scaling;

/** Which parameters N counts. Laws fitted to one count don't hold for the other. */
public enum ParameterCount {
    /** All of them, as in Hoffmann et al. 2022. */
    TOTAL,
    /** Without token and position embeddings, as in Kaplan et al. 2020. */
    NON_EMBEDDING
}
