package io.transformer4j.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Scores against those of sacreBLEU 2.6.0 and NLTK 3.10.3; ROUGE by hand from its definition. */
class EvaluationTest {
    private static final List<String> HYPOTHESES =
            List.of("The cat sat on the mat.", "A dog, 3.5 years old; ran 50-60% faster!", "我们 the 世界");
    private static final List<List<String>> REFERENCES = List.of(
            List.of("The cat is on the mat.", "There is a cat on the mat."),
            List.of("A 3.5 years old dog ran 50-60% faster.", "A dog of 3.5 years ran faster!"),
            List.of("我们的 世界", "the 世界"));

    @ParameterizedTest
    @CsvSource({
        "13a,  48.992594672",
        "intl, 39.701190836",
        "zh,   49.057388336",
        "char, 82.625943234",
        "none, 20.773096780"
    })
    void bleuEqualsSacrebleu(String tokenizer, double expected) {
        Evaluation evaluation = Evaluation.of(new Bleu(BleuTokenizer.of(tokenizer), false), HYPOTHESES, REFERENCES);
        assertThat(evaluation.score()).isCloseTo(expected, within(1e-8));
        assertThat(evaluation.signature())
                .isEqualTo("nrefs:2|case:mixed|eff:no|tok:" + tokenizer + "|smooth:exp|version:2.6.0");
    }

    @ParameterizedTest
    @CsvSource({"0, 73.508183308", "2, 73.511900447"})
    void chrfEqualsSacrebleu(int wordOrder, double expected) {
        Evaluation evaluation = Evaluation.of(new ChrF(6, wordOrder, 2, false), HYPOTHESES, REFERENCES);
        assertThat(evaluation.score()).isCloseTo(expected, within(1e-8));
        assertThat(evaluation.signature())
                .isEqualTo("nrefs:2|case:mixed|eff:yes|nc:6|nw:" + wordOrder + "|space:no|version:2.6.0");
    }

    @Test
    void caseCountsUnlessToldOtherwise() {
        List<String> capitals =
                HYPOTHESES.stream().map(text -> text.replace("cat", "CAT")).toList();
        Bleu caseless = new Bleu(BleuTokenizer.V13A, true);
        assertThat(Evaluation.of(caseless, capitals, REFERENCES).score()).isCloseTo(48.992594672, within(1e-8));
        assertThat(Evaluation.of(Bleu.DEFAULT, capitals, REFERENCES).score()).isLessThan(48);
    }

    @ParameterizedTest
    @CsvSource({
        "ran the big dog home today,  the big dog ran home today,  1",
        "c d e a b,                   a b c d e,                   1",
        "a b c d e f g h i j k l m n, n m a b c l k j d e f g i h, 6",
        "a b c,                       '',                          3",
        "'',                          a b c,                       3"
    })
    void movingWordsIsOneEdit(String hypothesis, String reference, double edits) {
        assertThat(Ter.DEFAULT.statistics(hypothesis, List.of(reference))[0]).isEqualTo(edits);
    }

    @Test
    void terEqualsSacrebleu() {
        Evaluation evaluation = Evaluation.of(Ter.DEFAULT, HYPOTHESES, REFERENCES);
        assertThat(evaluation.score()).isCloseTo(37.5, within(1e-8));
        assertThat(evaluation.signature())
                .isEqualTo("nrefs:2|case:lc|tok:tercom|norm:no|punct:yes|asian:no|version:2.6.0");
        List<List<String>> first =
                REFERENCES.stream().map(some -> some.subList(0, 1)).toList();
        assertThat(Evaluation.of(new Ter(false), HYPOTHESES, first).score()).isCloseTo(43.75, within(1e-8));
    }

    @Test
    void textsWithoutAnyMatchScoreNothing() {
        List<List<String>> others = List.of(List.of("x"), List.of("y"), List.of("z"));
        assertThat(Evaluation.of(Bleu.DEFAULT, HYPOTHESES, others).score()).isZero();
        assertThat(Evaluation.of(Bleu.DEFAULT, List.of(""), List.of(List.of("y")))
                        .score())
                .isZero();
        assertThat(Evaluation.of(ChrF.DEFAULT, List.of(""), List.of(List.of("y")))
                        .score())
                .isZero();
    }

    @ParameterizedTest
    @CsvSource({"ROUGE_1,     0.75,  0.6666666667", "ROUGE_2, 0.2857142857, 0.25", "ROUGE_L,     0.625, 0.5555555556"})
    void rougeCountsWhatBothTextsHave(Rouge.Type type, double precision, double recall) {
        // 8 words: the quick brown dog jumps on the log; 9 words: the quick brown fox jumps over the lazy dog
        Rouge.Score score = new Rouge(type, false)
                .score("The quick brown dog jumps on the log.", "The quick brown fox jumps over the lazy dog");
        assertThat(score.precision()).isCloseTo(precision, within(1e-9));
        assertThat(score.recall()).isCloseTo(recall, within(1e-9));
        assertThat(score.fmeasure()).isCloseTo(2 * precision * recall / (precision + recall), within(1e-9));
    }

    /** The example of Lin 2004, §3.2: w1…w5 against w1 w2 w6 w7 w8 and w1 w3 w8 w9 w5 share w1 w2 w3 w5. */
    @Test
    void summaryLevelRougeUnitesSubsequences() {
        Rouge.Score score =
                new Rouge(Rouge.Type.ROUGE_L_SUM, false).score("w1 w2 w6 w7 w8\nw1 w3 w8 w9 w5", "w1 w2 w3 w4 w5");
        assertThat(score.recall()).isCloseTo(4 / 5.0, within(1e-9));
        assertThat(score.precision()).isCloseTo(4 / 10.0, within(1e-9));
    }

    @ParameterizedTest
    @CsvSource({
        "caresses, caress",
        "ponies, poni",
        "ties, tie",
        "agreed, agre",
        "hopping, hop",
        "filing, file",
        "happy, happi",
        "enjoy, enjoy",
        "relational, relat",
        "geology, geolog",
        "generalization, gener",
        "adoption, adopt",
        "controlling, control",
        "skies, sky",
        "dying, die",
        "hopefully, hope",
        "syzygy, syzygi"
    })
    void stemsAsNltkDoes(String word, String stem) {
        assertThat(PorterStemmer.stem(word)).isEqualTo(stem);
    }

    @Test
    void theIntervalHoldsTheScoreAndDependsOnTheSeedOnly() {
        Evaluation first = Evaluation.of(ChrF.DEFAULT, HYPOTHESES, REFERENCES, 1000, 12345);
        Evaluation second = Evaluation.of(ChrF.DEFAULT, HYPOTHESES, REFERENCES, 1000, 12345);
        assertThat(first).isEqualTo(second);
        assertThat(first.interval()).isNotNull();
        assertThat(first.interval().low()).isLessThan(first.score());
        assertThat(first.interval().high()).isGreaterThan(first.score());
        assertThat(first.signature()).startsWith("nrefs:2|bs:1000|seed:12345|case:");
    }

    @Test
    void saysWhatIsMissing() {
        assertThatThrownBy(() -> Evaluation.of(Bleu.DEFAULT, HYPOTHESES, REFERENCES.subList(0, 2)))
                .hasMessage("as many references as texts are needed, at least one, not 2 and 3");
        assertThatThrownBy(() -> BleuTokenizer.of("mecab"))
                .hasMessage("the tokenizer must be one of 13a, intl, zh, char or none, but is \"mecab\"");
    }
}
