package io.transformer4j.scaling;

/**
 * A way to spend compute, and what it buys.
 *
 * @param parameters N
 * @param tokens D
 * @param loss that the law predicts, in nats per token
 */
public record Allocation(double parameters, double tokens, double loss) {

    /** C = 6ND, in FLOPs. */
    public double compute() {
        return Observation.FLOPS_PER_PARAMETER_AND_TOKEN * parameters * tokens;
    }

    /** D/N. */
    public double tokensPerParameter() {
        return tokens / parameters;
    }
}
