package io.transformer4j.scaling;

/**
 * What a scaling law is fitted to: one trained model.
 *
 * @param parameters N; with or without embeddings, but the same for all observations of a fit
 * @param tokens D, the tokens the model was trained on (repeated ones count again)
 * @param loss final loss on held-out text, in nats per token
 */
public record Observation(double parameters, double tokens, double loss) {

    /** Training FLOPs per parameter and token: 2 forward, 4 backward (Kaplan et al. 2020, §2.1). */
    static final double FLOPS_PER_PARAMETER_AND_TOKEN = 6;

    /**
     * Checks that all numbers are positive and finite.
     *
     * @throws IllegalArgumentException naming the number that isn't
     */
    public Observation {
        Checks.positive("parameters", parameters);
        Checks.positive("tokens", tokens);
        Checks.positive("loss", loss);
    }

    /** C = 6ND, in FLOPs. */
    public double compute() {
        return FLOPS_PER_PARAMETER_AND_TOKEN * parameters * tokens;
    }
}
