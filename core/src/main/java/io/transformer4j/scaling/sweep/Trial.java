package io.transformer4j.scaling.sweep;

import io.transformer4j.scaling.ModelShape;
import java.util.Locale;

/**
 * A model to train.
 *
 * @param tokens D, whole steps of the recipe
 * @param seed of initialization and data order
 */
public record Trial(ModelShape shape, long tokens, long seed) {

    /** Checks that there is something to train on. */
    public Trial {
        if (tokens < 1) {
            throw new IllegalArgumentException("a run needs at least one token, not " + tokens);
        }
    }

    /** Unique in a sweep, such as {@code 2x64x4-d1183744-s42}: layers, width, heads, tokens, seed. */
    public String name() {
        return String.format(
                Locale.ROOT, "%dx%dx%d-d%d-s%d", shape.nLayer(), shape.nEmbd(), shape.nHead(), tokens, seed);
    }

    /** Exact FLOPs of the training's matrix products. */
    public double flops() {
        return tokens * shape.trainingFlopsPerToken();
    }
}
