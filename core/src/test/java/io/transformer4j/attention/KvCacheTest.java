package io.transformer4j.attention;

import static org.assertj.core.api.Assertions.assertThat;

import io.transformer4j.models.ModelInputs;
import io.transformer4j.models.gpt2.GPT2Config;
import io.transformer4j.models.gpt2.GPT2LMHeadModel;
import io.transformer4j.torch.Devices;
import io.transformer4j.torch.TensorScope;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KvCacheTest {

    @Test
    void selectedSequencesGoOnAsBefore() {
        try (GPT2LMHeadModel model = new GPT2LMHeadModel(GPT2Config.SMALL.with(
                        c -> c.vocabSize(50).nPositions(16).nEmbd(16).nLayer(2).nHead(2)));
                NoGradGuard guard = new NoGradGuard();
                TensorScope scope = new TensorScope();
                KvCache cache = new KvCache(2, 3);
                KvCache other = new KvCache(2, 3)) {
            model.initializeWeights(1, Devices.cpu());
            List<int[]> prompts = List.of(new int[] {1, 2, 3}, new int[] {4}, new int[] {5, 6});
            model.nextTokenLogits(ModelInputs.of(prompts, Devices.cpu()), cache);
            model.nextTokenLogits(ModelInputs.of(prompts, Devices.cpu()), other);
            Tensor all = next(model, cache, 7, 7, 7); // [3, vocabSize]

            other.select(2, 0, 2); // the second goes, the third comes twice
            Tensor selected = next(model, other, 7, 7, 7);

            assertThat(other.length(0)).isEqualTo(3);
            assertThat(other.length(1)).isEqualTo(4);
            Tensor expected = all.index_select(0, Tensor.create(new long[] {2, 0, 2}));
            assertThat(selected.sub(expected).abs().max().item_double()).isLessThan(1e-5);

            other.select(1);
            assertThat(other.batchSize()).isEqualTo(1);
        }
    }

    /** Whether few rows move, many, or none; in a batch that shrinks, stays, or grows. */
    @ParameterizedTest
    @ValueSource(
            strings = {"0 1 3 3 4 5 6", "1 0 3 2 5 4 6", "0 1 2 3 4 5", "0 1 2 3 4 4", "6 5", "3", "0 0 1 1 2 2 3 3 4"})
    void whatIsSelectedIsWhatWasThere(String rows) {
        int[] sources =
                Arrays.stream(rows.split(" ")).mapToInt(Integer::parseInt).toArray();
        try (TensorScope scope = new TensorScope();
                NoGradGuard guard = new NoGradGuard();
                KvCache cache = new KvCache(1, 7)) {
            Tensor key = torch.randn(7, 2, 3, 4);
            Tensor value = torch.randn(7, 2, 3, 4);
            cache.layer(0).append(new SequenceLayout.Run(0, 7, 3), key, value);
            cache.advance(SequenceLayout.uniform(7, 3));

            cache.select(sources);

            int count = sources.length;
            Tensor next = torch.randn(count, 2, 1, 4);
            KvCache.Context seen = cache.layer(0).append(new SequenceLayout.Run(0, count, 1), next, next);
            Tensor index = Tensor.create(Arrays.stream(sources).asLongStream().toArray());
            assertThat(seen.key().equal(torch.cat(new TensorVector(key.index_select(0, index), next), 2)))
                    .isTrue();
            assertThat(seen.value().equal(torch.cat(new TensorVector(value.index_select(0, index), next), 2)))
                    .isTrue();
        }
    }

    /** Masked places enter products all the same: what the allocator left there must not. */
    @Test
    void whatLiesBehindAShorterSequenceIsZero() {
        try (TensorScope scope = new TensorScope();
                NoGradGuard guard = new NoGradGuard();
                KvCache cache = new KvCache(1, 3)) {
            SequenceLayout prompts = SequenceLayout.of(2, 40, 3);
            prompts.runs().forEach(run -> append(cache, run));
            cache.advance(prompts);
            try (TensorScope poison = new TensorScope()) { // freed memory of the size that two sequences need
                torch.full(new long[] {2, 1, 64, 4}, new Scalar(Double.NaN));
                torch.full(new long[] {2, 1, 64, 4}, new Scalar(Double.NaN));
            }
            cache.select(1, 2);
            KvCache.Context seen =
                    append(cache, SequenceLayout.uniform(2, 10).runs().get(0));
            assertThat(seen.key()
                            .select(0, 1)
                            .narrow(1, 13, 37)
                            .eq(new Scalar(0))
                            .all()
                            .item_bool())
                    .isTrue();
            assertThat(seen.value()
                            .select(0, 1)
                            .narrow(1, 13, 37)
                            .eq(new Scalar(0))
                            .all()
                            .item_bool())
                    .isTrue();
        }
    }

    private static KvCache.Context append(KvCache cache, SequenceLayout.Run run) {
        Tensor ones = torch.ones(run.sequences(), 1, run.length(), 4);
        return cache.layer(0).append(run, ones, ones);
    }

    private static Tensor next(GPT2LMHeadModel model, KvCache cache, long... ids) {
        SequenceLayout layout = SequenceLayout.uniform(ids.length, 1);
        return model.nextTokenLogits(
                ModelInputs.of(ids, new long[ids.length], cache.positions(layout), layout, Devices.cpu()), cache);
    }
}
