package io.transformer4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StridedTextDatasetTest {
    @ParameterizedTest
    @CsvSource({"10, 4, 4", "10, 4, 2", "10, 4, 1", "11, 4, 3", "2, 4, 4", "5, 4, 2", "9, 4, 4"})
    void everyTokenButTheFirstIsALabelOnceWithEnoughBeforeIt(int count, int window, int stride) {
        StridedTextDataset data =
                new StridedTextDataset(IntStream.range(100, 100 + count).toArray(), window, stride);
        List<Integer> labels = new ArrayList<>();
        for (int i = 0; i < data.size(); i++) {
            Example example = data.get(0, i);
            assertThat(example.length()).isBetween(1, window);
            for (int j = 0; j < example.length(); j++) {
                if (example.labels()[j] != Batch.IGNORED) {
                    assertThat(example.labels()[j]).isEqualTo(example.inputIds()[j] + 1);
                    assertThat(j).isGreaterThanOrEqualTo(i == 0 ? 0 : window - stride);
                    labels.add(example.labels()[j]);
                }
            }
        }
        assertThat(labels).isEqualTo(IntStream.range(101, 100 + count).boxed().toList());
    }

    @Test
    void refusesWhatLeavesNothingToPredict() {
        assertThatThrownBy(() -> new StridedTextDataset(new int[1], 4, 2)).hasMessageContaining("at least 2 tokens");
        assertThatThrownBy(() -> new StridedTextDataset(new int[9], 4, 5))
                .hasMessage("the stride must be between 1 and the window of 4 tokens, but is 5");
    }
}
