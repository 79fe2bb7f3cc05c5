package io.transformer4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DenoisingDatasetTest {
    private static final int MASK = 1;
    private static final int EOS = 2;
    private static final int START = 3;

    private static DenoisingDataset.Settings settings(double share, boolean permute) {
        return new DenoisingDataset.Settings(share, 3, permute, MASK, EOS, START, 7);
    }

    /** Sentences of ten tokens each, all different. */
    private static List<int[]> text(int sentences) {
        return IntStream.range(0, sentences)
                .mapToObj(i -> IntStream.range(100 + 10 * i, 110 + 10 * i).toArray())
                .toList();
    }

    @Test
    void theTargetIsTheTextAndTheSourceHidesAboutTheShare() {
        List<int[]> text = text(20);
        DenoisingDataset data = new DenoisingDataset(List.of(text), settings(0.3, false));
        int[] original =
                IntStream.concat(IntStream.range(100, 300), IntStream.of(EOS)).toArray();
        double kept = 0;
        double masks = 0;
        int epochs = 200;
        for (int epoch = 0; epoch < epochs; epoch++) {
            Example example = data.get(epoch, 0);
            assertThat(example.decoder().labels()).isEqualTo(original);
            assertThat(example.decoder().inputIds()).startsWith(START, 100, 101).hasSameSizeAs(original);
            int[] source = example.inputIds();
            assertThat(source).endsWith(EOS).hasSizeLessThanOrEqualTo(original.length);
            int[] visible = Arrays.stream(source).filter(id -> id >= 100).toArray();
            assertThat(visible).as("what is left keeps its order").isSorted();
            kept += visible.length / 200.0 / epochs;
            masks += (source.length - 1.0 - visible.length) / epochs;
        }
        // a span without length counts as one token
        assertThat(kept).isCloseTo(0.71, within(0.02));
        assertThat(masks).isCloseTo(60 / 3.05, within(2.0));
    }

    @Test
    void sentencesComeInAnotherOrderButWhole() {
        DenoisingDataset data = new DenoisingDataset(List.of(text(8)), settings(0, true));
        int[] source = data.get(0, 0).inputIds();
        List<Integer> firsts = new ArrayList<>();
        for (int i = 0; i < 80; i += 10) {
            int first = source[i];
            firsts.add(first);
            assertThat(Arrays.copyOfRange(source, i, i + 10))
                    .isEqualTo(IntStream.range(first, first + 10).toArray());
        }
        assertThat(firsts)
                .doesNotHaveDuplicates()
                .isNotEqualTo(firsts.stream().sorted().toList());
    }

    @Test
    void noiseFollowsFromSeedEpochAndIndex() {
        DenoisingDataset data = new DenoisingDataset(List.of(text(8), text(8)), settings(0.3, true));
        DenoisingDataset again = new DenoisingDataset(List.of(text(8), text(8)), settings(0.3, true));
        assertThat(data.get(4, 1).inputIds()).isEqualTo(again.get(4, 1).inputIds());
        assertThat(data.get(5, 1).inputIds()).isNotEqualTo(data.get(4, 1).inputIds());
        assertThat(data.get(4, 0).inputIds()).isNotEqualTo(data.get(4, 1).inputIds());
    }

    @Test
    void textsOfOneTokenAreFineAndEmptyOnesAreNot() {
        DenoisingDataset data = new DenoisingDataset(List.of(List.of(new int[] {9})), settings(0.9, true));
        for (int epoch = 0; epoch < 50; epoch++) {
            assertThat(data.get(epoch, 0).inputIds()).hasSizeBetween(1, 2).endsWith(EOS);
        }
        assertThatThrownBy(() -> new DenoisingDataset(List.of(List.of(new int[0])), settings(0.3, true)))
                .hasMessage("text 0 has no token");
    }
}
