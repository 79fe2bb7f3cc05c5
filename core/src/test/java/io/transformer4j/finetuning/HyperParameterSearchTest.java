package io.transformer4j.finetuning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.transformer4j.finetuning.HyperParameterSearch.Trial;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class HyperParameterSearchTest {
    private static final HyperParameterSearch SEARCH = grid("a", List.of("1", "2", "3", "4"), "b", List.of("10", "20"));

    private static HyperParameterSearch grid(String a, List<String> as, String b, List<String> bs) {
        Map<String, List<String>> grid = new LinkedHashMap<>();
        grid.put(a, as);
        grid.put(b, bs);
        return new HyperParameterSearch(grid);
    }

    /** Its best point is a = 4, b = 20. */
    private static double sum(Map<String, String> point) {
        return point.values().stream().mapToDouble(Double::parseDouble).sum();
    }

    @Test
    void samplesAreDifferentPointsInAnOrderOfTheSeed() {
        assertThat(SEARCH.size()).isEqualTo(8);
        List<Map<String, String>> all = SEARCH.sample(100, 1);
        assertThat(all)
                .hasSize(8)
                .doesNotHaveDuplicates()
                .allMatch(point -> point.keySet().size() == 2);
        assertThat(SEARCH.sample(3, 1)).hasSize(3).isEqualTo(SEARCH.sample(3, 1));
        assertThat(new HashSet<>(IntStream.range(0, 20)
                        .mapToObj(seed -> SEARCH.sample(1, seed).get(0))
                        .toList()))
                .hasSizeGreaterThan(3);
    }

    @Test
    void aHugeGridIsSampledWithoutBeingWrittenDown() {
        List<String> many =
                IntStream.range(0, 100_000).mapToObj(Integer::toString).toList();
        HyperParameterSearch huge = grid("a", many, "b", many);
        assertThat(huge.size()).isEqualTo(10_000_000_000L);
        assertThat(huge.sample(50, 3)).hasSize(50).doesNotHaveDuplicates();
        Map<String, List<String>> beyond = new LinkedHashMap<>(huge.grid());
        beyond.put("c", many);
        beyond.put("d", many);
        assertThatThrownBy(() -> new HyperParameterSearch(beyond)).hasMessageContaining("too many to choose from");
    }

    @Test
    void randomSearchGivesTheBestFirst() {
        List<Trial> trials = SEARCH.random(8, 5, 1, (point, budget) -> sum(point));
        assertThat(trials).hasSize(8).allMatch(trial -> trial.budget() == 5);
        assertThat(trials.get(0).settings()).containsEntry("a", "4").containsEntry("b", "20");
        assertThat(trials).extracting(Trial::score).isSortedAccordingTo((x, y) -> Double.compare(y, x));
    }

    @Test
    void halvingGivesTheBetterHalfTwiceAsMuch() {
        List<Integer> budgets = new ArrayList<>();
        List<Trial> trials = SEARCH.successiveHalving(8, 1, 6, 1, (point, budget) -> {
            budgets.add(budget);
            return sum(point);
        });
        assertThat(budgets).containsExactly(1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 6);
        assertThat(trials).hasSize(15);
        assertThat(trials.get(0).budget()).isEqualTo(6);
        assertThat(trials.get(0).settings()).containsEntry("a", "4").containsEntry("b", "20");
    }

    @Test
    void whatGivesNoScoreComesLast() {
        List<Trial> trials =
                SEARCH.random(8, 1, 1, (point, budget) -> "4".equals(point.get("a")) ? Double.NaN : sum(point));
        assertThat(trials.get(0).settings()).containsEntry("a", "3");
        assertThat(trials.get(7).score()).isNaN();
    }

    @Test
    void emptyAndDoubledValuesAreRefused() {
        assertThatThrownBy(() -> new HyperParameterSearch(Map.of("a", List.of())))
                .hasMessage("the setting a has no values to choose from");
        assertThatThrownBy(() -> new HyperParameterSearch(Map.of("a", List.of("1", "1"))))
                .hasMessage("the setting a has a value twice: [1, 1]");
        assertThatThrownBy(() -> SEARCH.successiveHalving(2, 3, 2, 1, (point, budget) -> 0))
                .hasMessage("the smallest budget (3) must be positive and at most the largest (2)");
    }
}
