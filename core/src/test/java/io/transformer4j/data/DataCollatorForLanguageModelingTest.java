package io.transformer4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class DataCollatorForLanguageModelingTest {
    private static final LetterEncoder ENCODER = new LetterEncoder();
    private static final SpecialTokens SPECIAL = LetterEncoder.SPECIAL;

    @Test
    void masksTheShareAndReplacesAsBertDoes() {
        List<Example> examples = examples(4_000);
        Batch batch = collator(0.15, false).collate(0, examples);
        long maskable = 0;
        long chosen = 0;
        long masked = 0;
        long kept = 0;
        int at = 0;
        for (Example example : examples) {
            for (int id : example.inputIds()) {
                maskable += SPECIAL.contains(id) ? 0 : 1;
                if (batch.labels()[at] != Batch.IGNORED) {
                    chosen++;
                    masked += batch.inputIds()[at] == SPECIAL.mask() ? 1 : 0;
                    kept += batch.inputIds()[at] == batch.labels()[at] ? 1 : 0;
                }
                at++;
            }
        }
        assertThat(chosen / (double) maskable).isCloseTo(0.15, within(0.003));
        assertThat(masked / (double) chosen).isCloseTo(0.8, within(0.01));
        assertThat(kept / (double) chosen).isCloseTo(0.1, within(0.01)); // of which 1/256 was drawn to be random
    }

    @Property(tries = 300)
    void inputsAndLabelsTogetherAreTheText(
            @ForAll @DoubleRange(min = 0.01, max = 1) double share, @ForAll boolean wholeWords, @ForAll long seed) {
        List<Example> examples = examples(20);
        Batch batch = new DataCollatorForLanguageModeling(ENCODER, share, wholeWords, seed).collate(3, examples);
        int at = 0;
        for (Example example : examples) {
            int labelled = 0;
            for (int id : example.inputIds()) {
                int label = batch.labels()[at];
                if (label == Batch.IGNORED) {
                    assertThat(batch.inputIds()[at]).isEqualTo(id);
                } else {
                    assertThat(label).isEqualTo(id);
                    assertThat(SPECIAL.contains(id)).isFalse();
                    int input = batch.inputIds()[at];
                    assertThat(input == SPECIAL.mask() || !SPECIAL.contains(input))
                            .isTrue();
                    labelled++;
                }
                at++;
            }
            assertThat(labelled).isPositive();
        }
    }

    @Property(tries = 200)
    void wholeWordsAreMaskedWholly(@ForAll @DoubleRange(min = 0.01, max = 1) double share, @ForAll long seed) {
        Batch batch = new DataCollatorForLanguageModeling(ENCODER, share, true, seed).collate(0, examples(20));
        int[] inputIds = batch.inputIds();
        int[] labels = batch.labels();
        for (int i = 1; i < inputIds.length; i++) {
            // an unknown token is never masked, and what follows it is a word of its own
            if (ENCODER.continuesWord(original(inputIds, labels, i)) && inputIds[i - 1] != SPECIAL.unk()) {
                assertThat(labels[i] == Batch.IGNORED).isEqualTo(labels[i - 1] == Batch.IGNORED);
            }
        }
    }

    private static int original(int[] inputIds, int[] labels, int at) {
        return labels[at] == Batch.IGNORED ? inputIds[at] : labels[at];
    }

    @Test
    void wholeWordsHaveAboutTheSameShare() {
        List<Example> examples = examples(4_000);
        Batch batch = collator(0.15, true).collate(0, examples);
        long maskable = Arrays.stream(batch.inputIds())
                .filter(id -> id == SPECIAL.mask() || !SPECIAL.contains(id))
                .count();
        assertThat(batch.labelledTokens() / (double) maskable).isBetween(0.14, 0.165);
    }

    @Test
    void everyPositionIsChosenEquallyOften() {
        int[] counts = new int[40];
        for (int epoch = 0; epoch < 4_000; epoch++) {
            Batch batch = collator(0.15, false).collate(epoch, List.of(example(7, "abcdefgh ".repeat(5))));
            for (int i = 0; i < 40; i++) {
                counts[i] += batch.labels()[i + 1] == Batch.IGNORED ? 0 : 1;
            }
        }
        assertThat(IntStream.of(counts)).allMatch(count -> count > 480 && count < 720); // 600, deviation 23
    }

    @Property(tries = 50)
    void aMaskDoesNotDependOnTheRestOfTheBatch(@ForAll @IntRange(min = 1, max = 20) int size, @ForAll long seed) {
        DataCollator collator = new DataCollatorForLanguageModeling(ENCODER, 0.15, false, seed);
        List<Example> examples = examples(20);
        List<String> alone = examples.stream()
                .flatMap(example -> BatchTest.sequences(collator.collate(5, List.of(example))).stream())
                .toList();
        List<String> together = new ArrayList<>();
        for (int start = 0; start < 20; start += size) {
            together.addAll(BatchTest.sequences(
                    collator.collate(5, examples.subList(start, Math.min(20, start + size)))));
        }
        assertThat(together).isEqualTo(alone);
    }

    @Test
    void masksDifferByEpochExampleAndSeed() {
        List<Example> one = List.of(example(0, "some words to be masked here"));
        List<Example> other = List.of(example(1, "some words to be masked here"));
        DataCollator collator = collator(0.5, false);
        assertThat(collator.collate(0, one)).isEqualTo(collator(0.5, false).collate(0, one));
        assertThat(collator.collate(1, one)).isNotEqualTo(collator.collate(0, one));
        assertThat(collator.collate(0, other)).isNotEqualTo(collator.collate(0, one));
        assertThat(new DataCollatorForLanguageModeling(ENCODER, 0.5, false, 1).collate(0, one))
                .isNotEqualTo(collator.collate(0, one));
    }

    @Test
    void aWordBeyondTheShareIsMaskedIfThereIsNoOther() {
        Batch batch = collator(0.15, true).collate(0, List.of(example(0, "incomprehensible")));
        assertThat(batch.labelledTokens()).isEqualTo("incomprehensible".length());
    }

    @Test
    void aSequenceOfSpecialTokensHasNothingToMask() {
        Example empty = new Example(0, new int[] {SPECIAL.cls(), SPECIAL.unk(), SPECIAL.sep()}, new int[3], null, null);
        assertThat(collator(0.15, true).collate(0, List.of(empty)).labelledTokens())
                .isZero();
    }

    @Test
    void badArgumentsAreRefused() {
        assertThatThrownBy(() -> collator(0, false)).hasMessage("mlmProbability must be in (0, 1], not 0.0");
        assertThatThrownBy(() -> collator(Double.NaN, false)).isInstanceOf(IllegalArgumentException.class);
    }

    private static DataCollator collator(double share, boolean wholeWords) {
        return new DataCollatorForLanguageModeling(ENCODER, share, wholeWords, 0);
    }

    /** Sequences of one to some sixty tokens, unknown ones among them, partly in two parts. */
    private static List<Example> examples(int count) {
        SplitMix64 random = new SplitMix64(count);
        return IntStream.range(0, count)
                .mapToObj(i -> {
                    StringBuilder text = new StringBuilder("x");
                    for (int words = random.nextInt(20); words > 0; words--) {
                        text.append(" ").append("wörd".repeat(3), 0, 1 + random.nextInt(7));
                    }
                    return example(i, text.toString());
                })
                .toList();
    }

    private static Example example(long index, String text) {
        int[] tokens = ENCODER.encode(text);
        int[] ids = new IdBuffer(4)
                .add(SPECIAL.cls())
                .add(tokens, 0, tokens.length)
                .add(SPECIAL.sep())
                .toArray();
        return new Example(index, ids, new int[ids.length], null, null);
    }
}
