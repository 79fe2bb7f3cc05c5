package io.transformer4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class BatchTest {
    private static final Batch BATCH = Batch.of(List.of(example(0, 3, 0), example(1, 1, 1), example(2, 2, 0)));

    @Test
    void isFlat() {
        assertThat(BATCH.lengths()).containsExactly(3, 1, 2);
        assertThat(BATCH.inputIds()).containsExactly(0, 1, 2, 10, 20, 21);
        assertThat(BATCH.positionIds()).containsExactly(0, 1, 2, 0, 0, 1);
        assertThat(BATCH.labels()).containsExactly(-100, 1001, -100, -100, -100, 1021);
        assertThat(BATCH.nextSentenceLabels()).containsExactly(0, 1, 0);
        assertThat(BATCH.batchSize()).isEqualTo(3);
        assertThat(BATCH.totalTokens()).isEqualTo(6);
        assertThat(BATCH.labelledTokens()).isEqualTo(2);
        assertThat(BATCH.uniformLength()).isEmpty();
        assertThat(Batch.of(List.of(example(0, 2, 0), example(1, 2, 0))).uniformLength())
                .hasValue(2);
    }

    @Test
    void canBePadded() {
        PaddedBatch padded = BATCH.padded(4, 99);
        assertThat(padded.inputIds()).containsExactly(0, 1, 2, 99, 10, 99, 99, 99, 20, 21, 99, 99);
        assertThat(padded.attentionMask()).containsExactly(1, 1, 1, 0, 1, 0, 0, 0, 1, 1, 0, 0);
        assertThat(padded.positionIds()).containsExactly(0, 1, 2, 0, 0, 0, 0, 0, 0, 1, 0, 0);
        assertThat(padded.labels()).startsWith(-100, 1001, -100, -100, -100).endsWith(-100, 1021, -100, -100);
        assertThatThrownBy(() -> BATCH.padded(2, 0))
                .hasMessage("length must be at least 3, that of the longest sequence, not 2");
    }

    @Test
    void theLongestSequencesAreDealtFirst() {
        List<Batch> parts = Batch.of(List.of(example(0, 2, 0), example(1, 7, 0), example(2, 2, 0), example(3, 3, 0)))
                .split(2);
        assertThat(parts.get(0).lengths()).containsExactly(7);
        assertThat(parts.get(1).lengths()).containsExactly(2, 2, 3); // in the batch's order
    }

    @Property(tries = 300)
    void aSplitKeepsEverySequenceAndIsBalanced(
            @ForAll @Size(min = 1, max = 40) List<@IntRange(min = 1, max = 60) Integer> lengths,
            @ForAll @IntRange(min = 1, max = 9) int parts) {
        Batch batch = Batch.of(IntStream.range(0, lengths.size())
                .mapToObj(i -> example(i, lengths.get(i), i % 2))
                .toList());
        List<Batch> split = batch.split(parts);
        assertThat(split).hasSize(Math.min(parts, lengths.size())).isEqualTo(batch.split(parts));
        assertThat(split.stream().flatMap(part -> sequences(part).stream()))
                .containsExactlyInAnyOrderElementsOf(sequences(batch));
        assertThat(split.stream().mapToInt(Batch::labelledTokens).sum()).isEqualTo(batch.labelledTokens());
        int heaviest = split.stream().mapToInt(BatchTest::work).max().orElseThrow();
        int lightest = split.stream().mapToInt(BatchTest::work).min().orElseThrow();
        assertThat(heaviest - lightest)
                .isLessThanOrEqualTo(batch.maxLength() * 3 / 2); // every second token has a label
    }

    private static int work(Batch batch) {
        return batch.totalTokens() + batch.labelledTokens();
    }

    @Test
    void labelsAreWorkToo() {
        List<Batch> parts = Batch.of(List.of(labelled(0, 4), labelled(1, 4), labelled(2, 0), labelled(3, 0)))
                .split(2);
        assertThat(parts).allSatisfy(part -> assertThat(part.labelledTokens()).isEqualTo(4));
    }

    /** Four tokens of which the first {@code labels} have a label. */
    private static Example labelled(int index, int labels) {
        int[] row = new int[4];
        Arrays.fill(row, labels, 4, Batch.IGNORED);
        return new Example(index, new int[4], new int[4], row, null);
    }

    @Test
    void whatDoesNotFitTogetherIsRefused() {
        assertThatThrownBy(() -> Batch.of(List.of())).hasMessage("a batch consists of sequences of at least one token");
        int[] two = new int[2];
        assertThatThrownBy(() -> new Batch(new int[] {2}, two, two, two, new int[1], null))
                .hasMessageStartingWith("inputIds, tokenTypeIds, positionIds and labels must have 2 entries");
        Example single = new Example(0, two, two, null, null);
        assertThatThrownBy(() -> Batch.of(List.of(single, example(0, 1, 0))))
                .hasMessage("1 of 2 examples have a next-sentence label, but all or none must have one");
    }

    /** Ids that name example and position; every other position has a label. */
    private static Example example(int index, int length, int nextSentenceLabel) {
        int[] ids = IntStream.range(0, length).map(i -> 10 * index + i).toArray();
        int[] labels = IntStream.range(0, length)
                .map(i -> i % 2 == 0 ? Batch.IGNORED : 1_000 + 10 * index + i)
                .toArray();
        return new Example(index, ids, new int[length], labels, nextSentenceLabel);
    }

    static List<String> sequences(Batch batch) {
        List<String> sequences = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < batch.batchSize(); i++) {
            int end = start + batch.lengths()[i];
            sequences.add(Arrays.toString(Arrays.copyOfRange(batch.inputIds(), start, end))
                    + Arrays.toString(Arrays.copyOfRange(batch.tokenTypeIds(), start, end))
                    + Arrays.toString(Arrays.copyOfRange(batch.positionIds(), start, end))
                    + Arrays.toString(Arrays.copyOfRange(batch.labels(), start, end))
                    + (batch.nextSentenceLabels() == null ? "" : batch.nextSentenceLabels()[i]));
            start = end;
        }
        return sequences;
    }
}
