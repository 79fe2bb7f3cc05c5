package io.transformer4j.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.transformer4j.evaluation.Entities.Entity;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ClassificationScoresTest {
    private static final double EXACT = 1e-12;

    @Test
    void threeClassesByHand() {
        ConfusionMatrix matrix =
                ConfusionMatrix.of(List.of("a", "b", "c"), new int[] {0, 0, 1, 1, 2, 2}, new int[] {0, 1, 1, 1, 2, 0});
        assertThat(matrix.accuracy()).isCloseTo(4.0 / 6, within(EXACT));
        assertThat(matrix.of(0)).isEqualTo(new PrecisionRecall(1, 2, 2));
        assertThat(matrix.macroF1()).isCloseTo((0.5 + 0.8 + 2.0 / 3) / 3, within(EXACT));
        // (c·s − Σ p·t) / √((s² − Σp²)(s² − Σt²)) with c=4, s=6, p=(2,3,1), t=(2,2,2)
        assertThat(matrix.matthews()).isCloseTo((24 - 12) / Math.sqrt((36 - 14) * (36 - 12.0)), within(EXACT));
    }

    @Test
    void matthewsOfTwoClassesIsTheCorrelationOfTheirIndicators() {
        int[] actual = {1, 1, 1, 0, 0, 0, 0, 1, 0, 1};
        int[] predicted = {1, 0, 1, 0, 0, 1, 0, 1, 0, 0};
        double pearson =
                RegressionScores.of(numbers(actual), numbers(predicted)).pearson();
        assertThat(ConfusionMatrix.of(List.of("0", "1"), actual, predicted).matthews())
                .isCloseTo(pearson, within(EXACT));
    }

    private static double[] numbers(int[] values) {
        return Arrays.stream(values).asDoubleStream().toArray();
    }

    @Test
    void oneClassHasNoCorrelation() {
        ConfusionMatrix matrix = ConfusionMatrix.of(List.of("a", "b"), new int[] {0, 0}, new int[] {0, 0});
        assertThat(matrix.matthews()).isZero();
        assertThat(matrix.macroF1()).isEqualTo(1); // "b" is neither a case nor a prediction
    }

    /** The example of seqeval's documentation. */
    @Test
    void entitiesCountWholeOnly() {
        EntityScores scores = EntityScores.of(
                List.of(List.of("O", "O", "O", "B-MISC", "I-MISC", "I-MISC", "O"), List.of("B-PER", "I-PER", "O")),
                List.of(
                        List.of("O", "O", "B-MISC", "I-MISC", "I-MISC", "I-MISC", "O"),
                        List.of("B-PER", "I-PER", "O")));
        assertThat(scores.micro().f1()).isEqualTo(0.5);
        assertThat(scores.macroF1()).isEqualTo(0.5);
        assertThat(scores.tokenAccuracy()).isEqualTo(0.8);
    }

    @Test
    void anySequenceOfTagsHasAMeaning() {
        assertThat(Entities.of(List.of("I-A", "I-A", "B-A", "I-B", "O", "I-B")))
                .containsExactly(
                        new Entity("A", 0, 2), new Entity("A", 2, 3), new Entity("B", 3, 4), new Entity("B", 5, 6));
        assertThat(Entities.of(List.of("B-A", "I-A", "E-A", "S-A", "S-B", "E-B", "I-B")))
                .containsExactly(
                        new Entity("A", 0, 3),
                        new Entity("A", 3, 4),
                        new Entity("B", 4, 5),
                        new Entity("B", 5, 6),
                        new Entity("B", 6, 7));
        assertThat(Entities.of(List.of("B-a-b", "L-a-b", "U-c")))
                .containsExactly(new Entity("a-b", 0, 2), new Entity("c", 2, 3));
        assertThatThrownBy(() -> Entities.of(List.of("PERSON"))).hasMessageContaining("\"PERSON\"");
    }

    @Test
    void severalLabels() {
        MultiLabelScores scores = MultiLabelScores.of(
                List.of("x", "y", "z"),
                List.of(Set.of("x"), Set.of("x", "y"), Set.of()),
                List.of(Set.of("x"), Set.of("y", "z"), Set.of()));
        assertThat(scores.micro()).isEqualTo(new PrecisionRecall(2, 3, 3));
        assertThat(scores.macroF1()).isCloseTo((2.0 / 3 + 1 + 0) / 3, within(EXACT));
        assertThat(scores.exactMatch()).isCloseTo(2.0 / 3, within(EXACT));
    }

    @Test
    void spearmanGivesTiesTheirMeanRank() {
        RegressionScores scores = RegressionScores.of(new double[] {1, 2, 2, 4}, new double[] {1, 3, 4, 100});
        // ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4: 4.5 / √(4.5 · 5)
        assertThat(scores.spearman()).isCloseTo(4.5 / Math.sqrt(22.5), within(1e-9));
        assertThat(RegressionScores.of(new double[] {1, 1}, new double[] {1, 2}).pearson())
                .isNaN();
    }

    @Test
    void answersAreComparedAsSquadDoes() {
        AnswerScores scores = AnswerScores.of(
                List.of(List.of("the Eiffel Tower"), List.of("in 1889", "1889"), List.of()),
                List.of("Eiffel tower!", "the year 1889", "x"));
        assertThat(scores.exactMatch()).isCloseTo(1.0 / 3, within(EXACT));
        assertThat(scores.f1()).isCloseTo((1 + 2.0 / 3 + 0) / 3, within(EXACT));
    }
}
