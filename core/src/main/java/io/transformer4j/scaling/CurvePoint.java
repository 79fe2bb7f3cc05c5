package io.transformer4j.scaling;

/**
 * The loss of a run on its way, as a row of a table of training curves.
 *
 * @param run its name
 * @param parameters N with embeddings; tied ones count once
 * @param nonEmbeddingParameters N without token and position embeddings
 * @param tokens trained on so far
 * @param loss there, in nats per token
 */
public record CurvePoint(String run, long parameters, long nonEmbeddingParameters, long tokens, double loss) {

    /** Checks that sizes and loss are positive and finite. */
    public CurvePoint {
        Checks.positive("parameters", parameters);
        Checks.positive("non_embedding_parameters", nonEmbeddingParameters);
        Checks.positive("tokens", tokens);
        Checks.positive("loss", loss);
    }
}
