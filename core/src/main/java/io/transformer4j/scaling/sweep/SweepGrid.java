package io.transformer4j.scaling.sweep;

import io.transformer4j.scaling.ModelShape;
import io.transformer4j.scaling.ParameterCount;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Which models to train on how much: every shape with every number of tokens (curves of fixed size), and every shape with every
 * compute, D = C/(6N) (isoFLOP profiles; Hoffmann et al. 2022, §3.2). Profiles leave out what would fall outside the limits of D.
 *
 * @param shapes the models
 * @param tokens D of the curves of fixed size; may be empty
 * @param compute C of the isoFLOP profiles, in FLOPs; may be empty
 * @param count what N counts in C = 6ND
 * @param minTokens least D of a profile
 * @param maxTokens most D of a profile
 * @param seeds each model is trained once with each
 */
public record SweepGrid(
        List<ModelShape> shapes,
        List<Long> tokens,
        List<Double> compute,
        ParameterCount count,
        long minTokens,
        long maxTokens,
        List<Long> seeds) {

    private static final double FLOPS_PER_PARAMETER_AND_TOKEN = 6;

    /**
     * Checks that there is something to train.
     *
     * @throws IllegalArgumentException naming what is missing or not positive
     */
    public SweepGrid {
        shapes = List.copyOf(shapes);
        tokens = List.copyOf(tokens);
        compute = List.copyOf(compute);
        seeds = List.copyOf(seeds);
        if (shapes.isEmpty() || seeds.isEmpty()) {
            throw new IllegalArgumentException("a sweep needs at least one shape and one seed");
        }
        if (tokens.isEmpty() && compute.isEmpty()) {
            throw new IllegalArgumentException("a sweep needs numbers of tokens, or of compute, or both");
        }
        tokens.stream().filter(value -> value < 1).findFirst().ifPresent(value -> {
            throw new IllegalArgumentException("tokens must be positive, but one is " + value);
        });
        compute.stream()
                .filter(value -> !(value > 0) || value.isInfinite())
                .findFirst()
                .ifPresent(value -> {
                    throw new IllegalArgumentException("compute must be positive and finite, but one is " + value);
                });
        if (minTokens < 1 || maxTokens < minTokens) {
            throw new IllegalArgumentException("the fewest tokens (%d) must be positive and not above the most (%d)"
                    .formatted(minTokens, maxTokens));
        }
    }

    /**
     * The runs, those with least compute first, so that a law can be fitted to what there is early.
     *
     * @param batchTokens tokens of a step, to which D is rounded
     * @throws IllegalArgumentException if the limits leave none
     */
    public List<Trial> trials(long batchTokens) {
        Set<Trial> trials = new LinkedHashSet<>();
        for (long seed : seeds) {
            for (ModelShape shape : shapes) {
                tokens.forEach(data -> trials.add(trial(shape, data, batchTokens, seed)));
                for (double budget : compute) {
                    double data = budget / (FLOPS_PER_PARAMETER_AND_TOKEN * shape.count(count));
                    if (minTokens <= data && data <= maxTokens) {
                        trials.add(trial(shape, data, batchTokens, seed));
                    }
                }
            }
        }
        if (trials.isEmpty()) {
            throw new IllegalArgumentException(
                    "no run is left: with these shapes and this compute, D lies nowhere between %d and %d tokens"
                            .formatted(minTokens, maxTokens));
        }
        List<Trial> ascending = new ArrayList<>(trials);
        ascending.sort(Comparator.comparingDouble(Trial::flops));
        return ascending;
    }

    private static Trial trial(ModelShape shape, double data, long batchTokens, long seed) {
        return new Trial(shape, Math.max(1, Math.round(data / batchTokens)) * batchTokens, seed);
    }
}
