package io.transformer4j.generation;

import static org.assertj.core.api.Assertions.assertThat;

import io.transformer4j.torch.TensorData;
import io.transformer4j.torch.TensorScope;
import io.transformer4j.torch.Torch;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BestTokensTest {
    @BeforeAll
    static void load() {
        Torch.initialize();
    }

    @ParameterizedTest
    @CsvSource({"6400, 8", "6463, 8", "1000, 3", "1000, 15", "1000, 40", "9, 8", "5, 8"})
    void areThoseOfWholeRows(long vocabSize, int count) {
        try (TensorScope scope = new TensorScope()) {
            assertAsTopk(distinct(7, vocabSize), count);
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 130", "70, 72", "960, 1000"})
    void mayBeNeighbours(long first, long end) {
        try (TensorScope scope = new TensorScope()) {
            Tensor scores = distinct(3, 1000);
            scores.narrow(1, first, end - first).add_(new Scalar(1e4));
            assertAsTopk(scores, 8);
        }
    }

    @ParameterizedTest
    @CsvSource({"0", "129", "999"})
    void mayBeAllThatIsNotForbidden(long only) {
        try (TensorScope scope = new TensorScope()) {
            Tensor scores = torch.full(new long[] {2, 1000}, new Scalar(Double.NEGATIVE_INFINITY));
            scores.select(1, only).fill_(new Scalar(0.5));
            BestTokens best = BestTokens.of(scores, 4);
            assertThat(best.tokens()[0]).isEqualTo((int) only);
            assertThat(best.tokens()[4]).isEqualTo((int) only);
            assertThat(best.scores()).startsWith(0.5f, Float.NEGATIVE_INFINITY).endsWith(Float.NEGATIVE_INFINITY);
        }
    }

    /** Rows of different numbers: their order leaves nothing to choice. */
    private static Tensor distinct(long rows, long vocabSize) {
        torch.manual_seed(1);
        return torch.randperm(rows * vocabSize).toType(torch.ScalarType.Float).view(rows, vocabSize);
    }

    private static void assertAsTopk(Tensor scores, int count) {
        long most = Math.min(count, scores.size(1));
        T_TensorTensor_T expected = scores.topk(most, 1, true, true);
        BestTokens best = BestTokens.of(scores, count);
        assertThat(best.perRow()).isEqualTo((int) most);
        assertThat(best.scores()).containsExactly(TensorData.floats(expected.get0()));
        assertThat(best.tokens())
                .containsExactly(LongStream.of(TensorData.longs(expected.get1()))
                        .mapToInt(Math::toIntExact)
                        .toArray());
    }
}
