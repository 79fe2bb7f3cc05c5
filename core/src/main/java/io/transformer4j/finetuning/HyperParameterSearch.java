package io.transformer4j.finetuning;

import static io.transformer4j.models.PretrainedConfig.check;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Looks for good settings on a declared grid: at random (Bergstra and Bengio 2012), or by successive halving (Jamieson and Talwalkar
 * 2016): all candidates get a small budget, the better half twice as much, and so on.
 *
 * @param grid the values to choose from, by name of the setting
 */
public record HyperParameterSearch(Map<String, List<String>> grid) {
    /** Checks that there is something to choose. */
    public HyperParameterSearch {
        check(!grid.isEmpty(), "a search needs at least one setting with values");
        grid.forEach((name, values) -> check(!values.isEmpty(), "the setting %s has no values to choose from", name));
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

    /** Different points of the grid in random order, at most {@code count}. */
    public List<Map<String, String>> sample(int count, long seed) {
        List<Map<String, String>> points = new ArrayList<>(List.of(Map.of()));
        for (Map.Entry<String, List<String>> setting : grid.entrySet()) {
            List<Map<String, String>> longer = new ArrayList<>();
            for (Map<String, String> point : points) {
                for (String value : setting.getValue()) {
                    Map<String, String> extended = new LinkedHashMap<>(point);
                    extended.put(setting.getKey(), value);
                    longer.add(Collections.unmodifiableMap(extended));
                }
            }
            points = longer;
        }
        Collections.shuffle(points, new Random(seed));
        return List.copyOf(points.subList(0, Math.min(count, points.size())));
    }

    /**
     * Tries random points with the whole budget.
     *
     * @return all trials, the best first
     */
    public List<Trial> random(int trials, int budget, long seed, Objective objective) {
        return best(sample(trials, seed).stream()
                .map(point -> new Trial(point, budget, objective.score(point, budget)))
                .toList());
    }

    /**
     * Tries random points with {@code minBudget}, then again and again the better half of them with twice as much, up to {@code
     * maxBudget}.
     *
     * @return the trials of the last round, the best first
     */
    public List<Trial> successiveHalving(int trials, int minBudget, int maxBudget, long seed, Objective objective) {
        check(
                minBudget > 0 && minBudget <= maxBudget,
                "the smallest budget (%d) must be positive and at most the largest (%d)",
                minBudget,
                maxBudget);
        List<Map<String, String>> left = sample(trials, seed);
        List<Trial> round = List.of();
        for (int budget = minBudget; ; budget = Math.min(2 * budget, maxBudget)) {
            int epochs = budget;
            round = best(left.stream()
                    .map(point -> new Trial(point, epochs, objective.score(point, epochs)))
                    .toList());
            if (budget == maxBudget) {
                return round;
            }
            left = round.subList(0, Math.max(1, round.size() / 2)).stream()
                    .map(Trial::settings)
                    .toList();
        }
    }

    private static List<Trial> best(List<Trial> trials) {
        return trials.stream()
                .sorted(Comparator.comparingDouble(
                                (Trial trial) -> Double.isNaN(trial.score()) ? Double.NEGATIVE_INFINITY : trial.score())
                        .reversed())
                .toList();
    }
}
