package io.transformer4j.profiling;

import io.transformer4j.nn.Operator;
import io.transformer4j.profiling.ModelSummary.Part;

/** What a step's time is divided into. */
public enum Component {
    /** Projections, scores and mixtures; cross-attention too. */
    ATTENTION("attention"),
    FEED_FORWARD("feed-forward"),
    NORMS_AND_RESIDUALS("norms and residuals"),
    EMBEDDINGS("embeddings"),
    /** What follows the last layer, with the loss. */
    HEAD("head and loss"),
    /** Summing the workers' gradients, and their norm. */
    GRADIENT_SUM("gradient sum and norm"),
    OPTIMIZER("optimizer"),
    /** Reading and collating. */
    BATCHES("batches"),
    /** What no operator accounts for: sums of gradients where paths join, autograd's graph, and waiting for other workers. */
    BETWEEN("between operators");

    private final String title;

    Component(String title) {
        this.title = title;
    }

    /** For tables. */
    public String title() {
        return title;
    }

    /** Where an operator of the module at {@code path} belongs. */
    static Component of(String path, Operator.Kind kind) {
        return switch (kind) {
            case NORM, RESIDUAL -> NORMS_AND_RESIDUALS;
            case EMBEDDING -> EMBEDDINGS;
            case VOCABULARY_LOSS -> HEAD;
            case PRODUCT, ATTENTION, ACTIVATION, POSITIONS ->
                switch (Part.of(path + ".weight")) {
                    case ATTENTION -> ATTENTION;
                    case FEED_FORWARD -> FEED_FORWARD;
                    case EMBEDDINGS -> EMBEDDINGS;
                    case NORMS, HEAD -> HEAD;
                };
        };
    }
}
