package io.transformer4j.pipelines;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Exact search for the vectors that point most nearly in the direction of another. Immutable and thread-safe.
 *
 * @param <T> what the vectors stand for: a text, a {@link TokenVector}
 */
public final class NearestNeighbours<T> {
    private final List<T> items;
    private final List<float[]> directions; // of length 1

    private NearestNeighbours(List<T> items, List<float[]> directions) {
        this.items = items;
        this.directions = directions;
    }

    /**
     * An item that was found.
     *
     * @param similarity cosine, in [-1, 1]
     */
    public record Neighbour<T>(T item, double similarity) {}

    /**
     * An index of items by their vectors.
     *
     * @throws IllegalArgumentException if there are more of one than of the other, or vectors have different lengths
     */
    public static <T> NearestNeighbours<T> of(List<T> items, List<float[]> vectors) {
        if (items.size() != vectors.size()) {
            throw new IllegalArgumentException(
                    "there are " + items.size() + " items but " + vectors.size() + " vectors");
        }
        vectors.forEach(vector -> checkLength(vector, vectors.get(0).length));
        return new NearestNeighbours<>(
                List.copyOf(items),
                vectors.stream().map(NearestNeighbours::direction).toList());
    }

    /** An index of words or tokens in their contexts. */
    public static NearestNeighbours<TokenVector> ofTokens(List<TokenVector> tokens) {
        return of(tokens, tokens.stream().map(TokenVector::vector).toList());
    }

    /**
     * The items nearest to {@code vector}, nearest first; of equals the one that was given first.
     *
     * @param count how many, if there are that many
     */
    public List<Neighbour<T>> nearest(float[] vector, int count) {
        if (items.isEmpty()) {
            return List.of();
        }
        checkLength(vector, directions.get(0).length);
        float[] query = direction(vector);
        return IntStream.range(0, items.size())
                .parallel()
                .mapToObj(i -> new Neighbour<>(items.get(i), dot(query, directions.get(i))))
                .sorted(Comparator.<Neighbour<T>>comparingDouble(Neighbour::similarity)
                        .reversed())
                .limit(count)
                .toList();
    }

    private static void checkLength(float[] vector, int length) {
        if (vector.length != length) {
            throw new IllegalArgumentException("a vector has " + vector.length + " numbers, but others have " + length);
        }
    }

    private static float[] direction(float[] vector) {
        double norm = Math.max(Math.sqrt(dot(vector, vector)), Float.MIN_NORMAL);
        float[] direction = new float[vector.length];
        for (int i = 0; i < direction.length; i++) {
            direction[i] = (float) (vector[i] / norm);
        }
        return direction;
    }

    private static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum;
    }
}
