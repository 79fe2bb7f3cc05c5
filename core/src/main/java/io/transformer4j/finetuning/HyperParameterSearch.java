package io.transformer4j.finetuning;

import static io.transformer4j.models.PretrainedConfig.check;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.LongStream;

/**
 * Looks for good settings on a declared grid: at random (Bergstra and Bengio 2012), or by successive halving (Jamieson and Talwalkar
 * 2016): all candidates get a small budget, the better half twice as much, and so on.
 *
 * @param grid the values to choose from, by name of the setting
 */
public record HyperParameterSearch(Map<String, List<String>> grid) {
    private static final double MAX_POINTS = 1e18; // below the largest long

    /** Checks that there is something to choose. */
    public HyperParameterSearch {
        check(!grid.isEmpty(), "a search needs at least one setting with values");
        double points = 1;
        for (List<String> values : grid.values()) {
            points *= values.size();
        }
        check(points < MAX_POINTS, "the grid has %.0f points, too many to choose from", points);
        grid.forEach((name, values) -> {
            check(!values.isEmpty(), "the setting %s has no values to choose from", name);
            check(Set.copyOf(values).size() == values.size(), "the setting %s has a value twice: %s", name, values);
        });
        grid = Collections.unmodifiableMap(new LinkedHashMap<>(grid));
    }

    /** Tries settings: trains with {@code budget} epochs and returns the score, of which higher is better. */
    @FunctionalInterface
    public interface Objective {
        /** The score; NaN counts as worst. */
        double score(Map<String, String> settings, int budget);
    }

    /**
     * What was tried.
     *
     * @param budget epochs
     */
    public record Trial(Map<String, String> settings, int budget, double score) {}

    /** Number of points of the grid. */
    public long size() {
        long size = 1;
        for (List<String> values : grid.values()) {
            size *= values.size();
        }
        return size;
    }

    /** Different points of the grid in random order, at most {@code count}. */
    public List<Map<String, String>> sample(int count, long seed) {
        long size = size();
        Set<Long> chosen = new LinkedHashSet<>();
        SplittableRandom random = new SplittableRandom(seed);
        if (size <= 2L * count) { // drawing would meet the same ones again and again
            List<Long> all = new ArrayList<>(LongStream.range(0, size).boxed().toList());
            Collections.shuffle(all, new Random(seed));
            chosen.addAll(all.subList(0, (int) Math.min(count, size)));
        }
        while (chosen.size() < Math.min(count, size)) {
            chosen.add(random.nextLong(size));
        }
        return chosen.stream().map(this::point).toList();
    }

    /** The point of a number below {@link #size}: the last setting changes fastest. */
    private Map<String, String> point(long number) {
        Map<String, String> point = new LinkedHashMap<>();
        long left = size();
        long rest = number;
        for (Map.Entry<String, List<String>> setting : grid.entrySet()) {
            left /= setting.getValue().size();
            point.put(setting.getKey(), setting.getValue().get((int) (rest / left)));
            rest %= left;
        }
        return Collections.unmodifiableMap(point);
    }

    /**
     * Tries random points with the whole budget.
     *
     * @return all trials, the best first
     */
    public List<Trial> random(int trials, int budget, long seed, Objective objective) {
        return tried(sample(trials, seed), budget, objective);
    }

    /**
     * Tries random points with {@code minBudget}, then again and again the better half of them with twice as much, up to {@code
     * maxBudget}.
     *
     * @return all trials, those of the last round first, of each round the best first
     */
    public List<Trial> successiveHalving(int trials, int minBudget, int maxBudget, long seed, Objective objective) {
        check(
                minBudget > 0 && minBudget <= maxBudget,
                "the smallest budget (%d) must be positive and at most the largest (%d)",
                minBudget,
                maxBudget);
        List<Map<String, String>> left = sample(trials, seed);
        List<Trial> all = new ArrayList<>();
        for (int budget = minBudget; ; budget = (int) Math.min(2L * budget, maxBudget)) {
            List<Trial> round = tried(left, budget, objective);
            all.addAll(0, round);
            if (budget == maxBudget) {
                return List.copyOf(all);
            }
            left = round.subList(0, Math.max(1, round.size() / 2)).stream()
                    .map(Trial::settings)
                    .toList();
        }
    }

    private static List<Trial> tried(List<Map<String, String>> points, int budget, Objective objective) {
        return best(points.stream()
                .map(point -> new Trial(point, budget, objective.score(point, budget)))
                .toList());
    }

    private static List<Trial> best(List<Trial> trials) {
        return trials.stream()
                .sorted(Comparator.comparingDouble(
                                (Trial trial) -> Double.isNaN(trial.score()) ? Double.NEGATIVE_INFINITY : trial.score())
                        .reversed())
                .toList();
    }
}
