package io.transformer4j.pipelines;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Says how alike texts are in meaning: the cosine of their vectors (Reimers and Gurevych 2019). Pools as {@link
 * SentencePooling} reads it. Thread-safe.
 *
 * <pre>{@code
 * try (SentenceSimilarityPipeline pipeline = Pipelines.sentenceSimilarity(Path.of("all-MiniLM-L6-v2"))) {
 *     double cosine = pipeline.similarity("A cat sits.", "A kitten is sitting.");
 * }
 * }</pre>
 */
public final class SentenceSimilarityPipeline implements AutoCloseable {
    private final FeatureExtractionPipeline features;

    SentenceSimilarityPipeline(Path folder, PipelineOptions options) {
        features = Pipelines.featureExtraction(folder, options);
    }

    /** Vectors of length 1, whose dot products are similarities. */
    public List<float[]> embed(List<String> texts) {
        return features.embed(texts, features.pooling().pooling(), true);
    }

    /** Length of the vectors. */
    public int dimension() {
        return features.dimension();
    }

    /** The similarity of two texts, in [-1, 1]. */
    public double similarity(String first, String second) {
        return similarities(List.of(first), List.of(second)).get(0);
    }

    /**
     * The similarity of each text with the other at its place.
     *
     * @throws IllegalArgumentException if there are more of one than of the other
     */
    public List<Double> similarities(List<String> first, List<String> second) {
        if (first.size() != second.size()) {
            throw new IllegalArgumentException(
                    "there must be as many second texts as first ones, not " + second.size() + " and " + first.size());
        }
        List<float[]> left = embed(first);
        List<float[]> right = embed(second);
        return IntStream.range(0, left.size())
                .mapToObj(i -> dot(left.get(i), right.get(i)))
                .toList();
    }

    private static double dot(float[] left, float[] right) {
        double sum = 0;
        for (int i = 0; i < left.length; i++) {
            sum += (double) left[i] * right[i];
        }
        return sum;
    }

    /** The candidates most similar to {@code query}, the nearest first. */
    public List<NearestNeighbours.Neighbour<String>> mostSimilar(String query, List<String> candidates, int count) {
        return NearestNeighbours.of(candidates, embed(candidates))
                .nearest(embed(List.of(query)).get(0), count);
    }

    @Override
    public void close() {
        features.close();
    }
}
