package io.transformer4j.scaling;

import io.soabase.recordbuilder.core.RecordBuilder;

/**
 * A row of the results table: one model, trained to the end of its schedule.
 *
 * @param run unique name
 * @param config what was trained, in a form that trains it again, e.g. {@code n_layer=4;n_embd=128;n_head=2;n_positions=256;lr=1e-3}
 * @param parameters N with embeddings; tied ones count once
 * @param nonEmbeddingParameters N without token and position embeddings
 * @param tokens D, trained on; repeated ones count again
 * @param flops exact training FLOPs of all matrix products, attention and output layer included
 * @param loss on held-out text, in nats per token
 * @param seed of initialization and data order
 * @param seconds wall-clock time of the training
 */
@RecordBuilder
public record ScalingRun(
        String run,
        String config,
        long parameters,
        long nonEmbeddingParameters,
        long tokens,
        double flops,
        double loss,
        long seed,
        double seconds)
        implements ScalingRunBuilder.With {

    /**
     * Checks that sizes, compute and loss are positive and finite.
     *
     * @throws IllegalArgumentException naming the number that isn't
     */
    public ScalingRun {
        Checks.positive("parameters", parameters);
        Checks.positive("non_embedding_parameters", nonEmbeddingParameters);
        Checks.positive("tokens", tokens);
        Checks.positive("flops", flops);
        Checks.positive("loss", loss);
        Checks.positive("seconds", seconds);
    }

    /** C = 6ND with all parameters, in FLOPs. */
    public double compute() {
        return Observation.FLOPS_PER_PARAMETER_AND_TOKEN * parameters * tokens;
    }

    /** What a law is fitted to. */
    public Observation observation(ParameterCount count) {
        return new Observation(count == ParameterCount.TOTAL ? parameters : nonEmbeddingParameters, tokens, loss);
    }
}
