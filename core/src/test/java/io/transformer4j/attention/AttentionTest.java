package io.transformer4j.attention;

import static org.assertj.core.api.Assertions.assertThat;

import io.transformer4j.nn.Dropout;
import io.transformer4j.nn.Initializer;
import io.transformer4j.torch.Devices;
import io.transformer4j.torch.TensorScope;
import io.transformer4j.torch.Torch;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Kernels against each other, packed sequences against single ones, the cache against none. */
class AttentionTest {
    private static final double TOLERANCE = 1e-5;
    private static final long SEED = 5;

    private TensorScope scope;
    private Generator generator;

    @BeforeEach
    void open() {
        Torch.initialize();
        scope = new TensorScope();
        generator = torch.createCPUGenerator(SEED);
    }

    @AfterEach
    void close() {
        scope.close();
    }

    // Kernels

    /** Output and the three gradients, for every length up to more than two tiles of a vectorized kernel. */
    @ParameterizedTest
    @ValueSource(longs = {1, 7, 16, 33, 64})
    void flashIsExact(long headSize) {
        for (long length = 1; length <= 70; length++) {
            assertSameKernel(length, length, headSize, AttentionMask.full());
            assertSameKernel(length, length, headSize, AttentionMask.causal());
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 9", "2, 9", "5, 70", "64, 65", "3, 600"})
    void flashIsExactOnRectangles(long queries, long keys) {
        assertSameKernel(queries, keys, 12, AttentionMask.full());
        assertSameKernel(queries, keys, 12, AttentionMask.causal());
        Tensor bias = normal(2, 1, queries, keys);
        Tensor hidden = bias.gt(new Scalar(1.0));
        hidden.select(3, 0).fill_(new Scalar(0)); // each query sees something
        assertSameKernel(
                queries,
                keys,
                12,
                new AttentionMask.Additive(bias.masked_fill(hidden, new Scalar(Double.NEGATIVE_INFINITY))));
    }

    private void assertSameKernel(long queries, long keys, long headSize, AttentionMask mask) {
        Tensor[] inputs = {normal(2, 3, queries, headSize), normal(2, 3, keys, headSize), normal(2, 3, keys, headSize)};
        Tensor upstream = normal(2, 3, queries, headSize);
        Dropout none = new Dropout(0);
        double scale = 1 / Math.sqrt((double) headSize);
        List<Tensor> flash = outputAndGradients(new FlashAttention(scale, none), inputs, upstream, mask);
        List<Tensor> exact = outputAndGradients(new ExactAttention(scale, none), inputs, upstream, mask);
        for (int i = 0; i < flash.size(); i++) {
            String what = List.of("output", "query", "key", "value").get(i);
            assertClose(what + " " + queries + " x " + keys + " " + mask, flash.get(i), exact.get(i));
        }
    }

    private static List<Tensor> outputAndGradients(
            Attention attention, Tensor[] inputs, Tensor upstream, AttentionMask mask) {
        List<Tensor> leaves = new ArrayList<>();
        for (Tensor input : inputs) {
            leaves.add(input.detach().clone().set_requires_grad(true));
        }
        Tensor output = attention.forward(leaves.get(0), leaves.get(1), leaves.get(2), mask);
        output.mul(upstream).sum().backward();
        return List.of(
                output.detach(),
                leaves.get(0).grad(),
                leaves.get(1).grad(),
                leaves.get(2).grad());
    }

    @Test
    void exactIsWhatThePaperSays() {
        Tensor query = normal(1, 1, 4, 6);
        Tensor key = normal(1, 1, 4, 6);
        Tensor weights = new ExactAttention(0.5, new Dropout(0)).weights(query, key, AttentionMask.causal());
        assertClose("rows", weights.sum(new long[] {-1}), torch.ones(1, 1, 4));
        Tensor scores = query.matmul(key.transpose(-2, -1))
                .mul(new Scalar(0.5))
                .select(0, 0)
                .select(0, 0);
        for (int row = 0; row < 4; row++) {
            Tensor expected = scores.select(0, row).narrow(0, 0, row + 1).softmax(0);
            Tensor actual = weights.select(0, 0).select(0, 0).select(0, row);
            assertClose("row " + row, actual.narrow(0, 0, row + 1), expected);
            assertThat(actual.narrow(0, row + 1, 3 - row).abs().sum().item_float())
                    .isZero();
        }
    }

    @Test
    void dropoutIsOnTheWeights() {
        Tensor[] inputs = {normal(2, 3, 9, 4), normal(2, 3, 9, 4), normal(2, 3, 9, 4)};
        Dropout dropout = new Dropout(0.4);
        dropout.train(true);
        dropout.reseed(3);
        ExactAttention exact = new ExactAttention(0.5, dropout);
        Tensor mixed = exact.forward(inputs[0], inputs[1], inputs[2], AttentionMask.causal());
        dropout.reseed(3);
        Tensor weights = dropout.forward(exact.weights(inputs[0], inputs[1], AttentionMask.causal()));
        assertThat(mixed.equal(weights.matmul(inputs[2]))).isTrue();
    }

    // Layers

    @ParameterizedTest
    @EnumSource
    void packedSequencesAreSingleOnes(AttentionType type) {
        SplittableRandom random = new SplittableRandom(SEED);
        boolean encodersOnly = type == AttentionType.BIG_BIRD || type == AttentionType.LINFORMER;
        for (boolean causal : encodersOnly ? new boolean[] {false} : new boolean[] {false, true}) {
            SelfAttention layer = layer(type, causal);
            for (int round = 0; round < 10; round++) {
                int[] lengths = IntStream.range(0, random.nextInt(1, 8))
                        .map(i -> random.nextInt(1, 20))
                        .toArray();
                SequenceLayout layout = SequenceLayout.of(lengths);
                Tensor hidden = normal(layout.totalTokens(), 12);
                Tensor packed = layer.forward(hidden, layout, null);
                long[] first = layout.firstRows();
                for (int i = 0; i < lengths.length; i++) {
                    Tensor alone =
                            layer.forward(hidden.narrow(0, first[i], lengths[i]), SequenceLayout.of(lengths[i]), null);
                    assertClose(layout + " sequence " + i, packed.narrow(0, first[i], lengths[i]), alone);
                }
            }
        }
    }

    /** The usual way: a rectangle with a mask that hides padding. */
    @Test
    void packedIsPadded() {
        SequenceLayout layout = SequenceLayout.of(5, 2, 2, 9);
        Tensor packed = normal(layout.totalTokens(), 4);
        Tensor padded = layout.pad(packed).unsqueeze(1); // [4, 1, 9, 4]
        Tensor bias = torch.zeros(4, 1, 1, 9);
        for (int i = 0; i < 4; i++) {
            bias.select(0, i)
                    .narrow(2, layout.length(i), 9L - layout.length(i))
                    .fill_(new Scalar(Double.NEGATIVE_INFINITY));
        }
        ExactAttention exact = new ExactAttention(0.5, new Dropout(0));
        Tensor reference = exact.forward(padded, padded, padded, new AttentionMask.Additive(bias));
        List<Tensor> mixed = new ArrayList<>();
        for (int i = 0; i < layout.runs().size(); i++) {
            SequenceLayout.Run run = layout.runs().get(i);
            Tensor rows = layout.split(packed).get(i).view(run.sequences(), 1, run.length(), 4);
            mixed.add(exact.forward(rows, rows, rows, AttentionMask.full()).reshape(run.tokens(), 4));
        }
        Tensor joined = layout.join(mixed);
        long[] first = layout.firstRows();
        for (int i = 0; i < 4; i++) {
            assertClose(
                    "sequence " + i,
                    joined.narrow(0, first[i], layout.length(i)),
                    reference.select(0, i).select(0, 0).narrow(0, 0, layout.length(i)));
        }
    }

    @Test
    void theFutureDoesNotMatter() {
        SelfAttention layer = layer(AttentionType.FLASH, true);
        SequenceLayout layout = SequenceLayout.of(10, 3);
        Tensor hidden = normal(13, 12);
        Tensor before = layer.forward(hidden, layout, null);
        Tensor changed = hidden.clone();
        changed.narrow(0, 6, 4).add_(new Scalar(5.0)); // the last four tokens of the first sequence
        Tensor after = layer.forward(changed, layout, null);
        assertThat(after.narrow(0, 0, 6).equal(before.narrow(0, 0, 6))).isTrue();
        assertThat(after.narrow(0, 10, 3).equal(before.narrow(0, 10, 3))).isTrue();
        assertThat(after.narrow(0, 6, 4).sub(before.narrow(0, 6, 4)).abs().max().item_float())
                .isGreaterThan(0.01f);
        Tensor both = layer(AttentionType.FLASH, false).forward(hidden, layout, null);
        assertThat(both.narrow(0, 0, 6).sub(before.narrow(0, 0, 6)).abs().max().item_float())
                .isGreaterThan(0.01f);
    }

    @ParameterizedTest
    @EnumSource
    void aPermutedBatchIsPermuted(AttentionType type) {
        SelfAttention layer = layer(type, false);
        int[] lengths = {4, 7, 7, 1, 5};
        int[] order = {2, 4, 0, 3, 1};
        Tensor[] sequences = new Tensor[5];
        for (int i = 0; i < 5; i++) {
            sequences[i] = normal(lengths[i], 12);
        }
        Tensor plain = layer.forward(torch.cat(new TensorVector(sequences)), SequenceLayout.of(lengths), null);
        SequenceLayout permuted =
                SequenceLayout.of(IntStream.of(order).map(i -> lengths[i]).toArray());
        Tensor moved = layer.forward(
                torch.cat(new TensorVector(
                        IntStream.of(order).mapToObj(i -> sequences[i]).toArray(Tensor[]::new))),
                permuted,
                null);
        long[] from = SequenceLayout.of(lengths).firstRows();
        long[] to = permuted.firstRows();
        for (int i = 0; i < 5; i++) {
            int length = lengths[order[i]];
            assertClose(
                    "sequence " + order[i], moved.narrow(0, to[i], length), plain.narrow(0, from[order[i]], length));
        }
    }

    // Cache

    /** Prompts of equal or different lengths, then pieces of one or more tokens, beyond the cache's first capacity. */
    @ParameterizedTest
    @CsvSource({"FLASH, 5, 5, 5", "FLASH, 5, 1, 9", "FLASH, 70, 70, 2", "FULL, 5, 5, 5", "FULL, 3, 8, 8"})
    void theCacheChangesNothing(AttentionType type, int first, int second, int third) {
        SelfAttention layer = layer(type, true);
        int[] prompt = {first, second, third};
        int[] pieces = {1, 1, 3, 1, 60, 1};
        int more = IntStream.of(pieces).sum();
        Tensor[] whole = new Tensor[3];
        Tensor[] expected = new Tensor[3];
        for (int i = 0; i < 3; i++) {
            whole[i] = normal((long) prompt[i] + more, 12);
            expected[i] = layer.forward(whole[i], SequenceLayout.of(prompt[i] + more), null);
        }
        try (KvCache cache = new KvCache(1, 3);
                NoGradGuard guard = new NoGradGuard()) {
            int[] done = new int[3];
            assertPiece(layer, cache, whole, expected, done, prompt);
            for (int piece : pieces) {
                assertPiece(layer, cache, whole, expected, done, new int[] {piece, piece, piece});
            }
            assertThat(cache.length(1)).isEqualTo(second + more);
        }
    }

    private static void assertPiece(
            SelfAttention layer, KvCache cache, Tensor[] whole, Tensor[] expected, int[] done, int[] lengths) {
        SequenceLayout layout = SequenceLayout.of(lengths);
        Tensor[] parts = new Tensor[3];
        for (int i = 0; i < 3; i++) {
            parts[i] = whole[i].narrow(0, done[i], lengths[i]);
        }
        long[] positions = cache.positions(layout);
        Tensor actual = layer.forward(torch.cat(new TensorVector(parts)), layout, cache.layer(0));
        cache.advance(layout);
        long[] from = layout.firstRows();
        for (int i = 0; i < 3; i++) {
            assertThat(positions[(int) from[i]]).isEqualTo(done[i]);
            assertClose(
                    "sequence " + i + " from " + done[i],
                    actual.narrow(0, from[i], lengths[i]),
                    expected[i].narrow(0, done[i], lengths[i]));
            done[i] += lengths[i];
        }
    }

    private SelfAttention layer(AttentionType type, boolean causal) {
        Initializer initializer = Initializer.normal(0.5);
        SelfAttention layer =
                new SelfAttention(new SelfAttention.Config(12, 3, type, causal, 0.1, initializer, initializer));
        Generator same = torch.createCPUGenerator(1);
        layer.namedParameters().values().forEach(parameter -> parameter.initialize(Devices.cpu(), same));
        return layer;
    }

    private Tensor normal(long... shape) {
        return torch.randn(shape, new GeneratorOptional(generator), new TensorOptions(ScalarType.Float));
    }

    private static void assertClose(String what, Tensor actual, Tensor expected) {
        assertThat(actual.sizes().vec().get())
                .as(what)
                .isEqualTo(expected.sizes().vec().get());
        double scale = Math.max(1, expected.detach().abs().max().item_double());
        assertThat(actual.detach().sub(expected.detach()).abs().max().item_double())
                .as(what + " max |difference|")
                .isLessThanOrEqualTo(TOLERANCE * scale);
    }
}
