package io.transformer4j.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.transformer4j.nn.Dropout;
import io.transformer4j.nn.Initializer;
import io.transformer4j.nn.Parameter;
import io.transformer4j.torch.Devices;
import io.transformer4j.torch.Precision;
import io.transformer4j.torch.TensorScope;
import io.transformer4j.torch.Torch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BiPredicate;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tiled and approximate kernels: finite differences of every gradient in float64, and agreement with the plain matrix of
 * weights for all mask kinds and many shapes.
 */
class KernelTest {
    private static final long SEED = 17;
    private static final Dropout NONE = new Dropout(0);

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

    private interface Kernel {
        Tensor apply(Tensor query, Tensor key, Tensor value);
    }

    // Gradients by finite differences

    private record GradientCase(String name, int length, Kernel kernel) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<GradientCase> gradientCases() {
        Torch.initialize();
        AttentionMask full = AttentionMask.full();
        AttentionMask causal = AttentionMask.causal();
        double scale = 0.4;
        Attention exact = new ExactAttention(scale, NONE);
        Attention flash = new FlashAttention(scale, NONE);
        Attention tiled = new TiledAttention(scale, NONE);
        SlidingWindowAttention window = new SlidingWindowAttention(scale, NONE, 2, 1);
        SlidingWindowAttention dilated = new SlidingWindowAttention(scale, NONE, 1, 3);
        Attention bigBird = new BigBirdAttention(scale, NONE, 2, BlockPattern.sparse(1, 1, 1, SEED));
        Attention etc = new BigBirdAttention(scale, NONE, 3, BlockPattern.sparse(1, 0, 1, SEED));
        Attention performer = new PerformerAttention(scale, NONE, 7, SEED, false);
        GlobalTokens global = GlobalTokens.of(List.of(new int[] {0, 4}, new int[] {3}));
        return Stream.of(
                new GradientCase("full", 5, (q, k, v) -> exact.forward(q, k, v, padding(5, 3, true))),
                new GradientCase("flash", 5, (q, k, v) -> flash.forward(q, k, v, full)),
                new GradientCase("flash causal", 5, (q, k, v) -> flash.forward(q, k, v, causal)),
                new GradientCase("flash padding", 5, (q, k, v) -> flash.forward(q, k, v, padding(5, 3, false))),
                new GradientCase("tiled", 5, (q, k, v) -> tiled.forward(q, k, v, full)),
                new GradientCase("tiled causal", 5, (q, k, v) -> tiled.forward(q, k, v, causal)),
                new GradientCase("tiled padding", 5, (q, k, v) -> tiled.forward(q, k, v, padding(5, 3, false))),
                new GradientCase("tiled causal padding", 5, (q, k, v) -> tiled.forward(q, k, v, padding(5, 3, true))),
                new GradientCase("window", 7, (q, k, v) -> window.forward(q, k, v, full)),
                new GradientCase("window causal", 7, (q, k, v) -> window.forward(q, k, v, causal)),
                new GradientCase(
                        "window global", 7, (q, k, v) -> window.forward(q, k, v, padding(7, 6, false), global)),
                new GradientCase("window global causal", 7, (q, k, v) -> window.forward(q, k, v, causal, global)),
                new GradientCase("dilated", 8, (q, k, v) -> dilated.forward(q, k, v, padding(8, 7, false))),
                new GradientCase("dilated global causal", 8, (q, k, v) -> dilated.forward(q, k, v, causal, global)),
                new GradientCase("big_bird", 14, (q, k, v) -> bigBird.forward(q, k, v, full)),
                new GradientCase("big_bird padding", 13, (q, k, v) -> bigBird.forward(q, k, v, padding(13, 9, false))),
                new GradientCase("big_bird etc", 13, (q, k, v) -> etc.forward(q, k, v, full)),
                new GradientCase("performer", 6, (q, k, v) -> performer.forward(q, k, v, full)),
                new GradientCase("performer causal", 6, (q, k, v) -> performer.forward(q, k, v, causal)),
                new GradientCase("performer padding", 6, (q, k, v) -> performer.forward(q, k, v, padding(6, 4, true))));
    }

    @ParameterizedTest
    @MethodSource("gradientCases")
    void gradientsAreFiniteDifferences(GradientCase test) {
        Tensor[] inputs = {
            doubles(2, 2, test.length(), 3), doubles(2, 2, test.length(), 3), doubles(2, 2, test.length(), 3)
        };
        assertGradients(test.name(), inputs, in -> test.kernel().apply(in[0], in[1], in[2]));
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 5, 5", "2, 2, 5, 5", "1, 2, 1, 5", "2, 1, 5, 1"})
    void theBiasHasAGradient(long batch, long heads, long rows, long columns) {
        Tensor[] inputs = {
            doubles(2, 2, 5, 3), doubles(2, 2, 5, 3), doubles(2, 2, 5, 3), doubles(batch, heads, rows, columns)
        };
        Attention tiled = new TiledAttention(0.4, NONE);
        assertGradients("bias", inputs, in -> tiled.forward(in[0], in[1], in[2], new AttentionMask.Additive(in[3])));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void linformerInDoubles(boolean perHead) {
        Tensor[] inputs = {
            doubles(2, 2, 7, 3),
            doubles(2, 2, 7, 3),
            doubles(2, 2, 7, 3),
            perHead ? doubles(2, 4, 9) : doubles(4, 9),
            perHead ? doubles(2, 4, 9) : doubles(4, 9)
        };
        assertGradients("linformer", inputs, in -> {
            Parameter e = new Parameter(Initializer.constant(0), in[3].shape());
            Parameter f = new Parameter(Initializer.constant(0), in[4].shape());
            e.take(in[3]);
            f.take(in[4]);
            return new LinformerAttention(0.4, NONE, e, f).forward(in[0], in[1], in[2], padding(7, 5, false));
        });
    }

    @Test
    void linformerHasGradientsOfItsProjections() {
        try (Parameter e = new Parameter(Initializer.normal(0.5), 4, 9);
                Parameter f = new Parameter(Initializer.normal(0.5), 4, 9)) {
            e.initialize(Devices.cpu(), generator);
            f.initialize(Devices.cpu(), generator);
            LinformerAttention attention = new LinformerAttention(0.4, NONE, e, f);
            Tensor[] inputs = {normal(2, 2, 7, 3), normal(2, 2, 7, 3), normal(2, 2, 7, 3)};
            Tensor upstream = normal(2, 2, 7, 3);
            attention
                    .forward(inputs[0], inputs[1], inputs[2], AttentionMask.full())
                    .mul(upstream)
                    .sum()
                    .backward();
            Tensor ke = e.tensor().detach().narrow(1, 0, 7).set_requires_grad(true);
            Tensor vf = f.tensor().detach().narrow(1, 0, 7).set_requires_grad(true);
            new ExactAttention(0.4, NONE)
                    .forward(inputs[0], ke.matmul(inputs[1]), vf.matmul(inputs[2]), AttentionMask.full())
                    .mul(upstream)
                    .sum()
                    .backward();
            assertClose("dE", e.grad().orElseThrow().narrow(1, 0, 7), ke.grad(), 1e-5);
            assertClose("dF", f.grad().orElseThrow().narrow(1, 0, 7), vf.grad(), 1e-5);
            assertThatThrownBy(() -> attention.forward(inputs[0], inputs[1], inputs[2], AttentionMask.causal()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("linformer");
        }
    }

    private interface Function {
        Tensor apply(Tensor[] inputs);
    }

    private void assertGradients(String name, Tensor[] values, Function function) {
        Tensor[] inputs = new Tensor[values.length];
        for (int i = 0; i < values.length; i++) {
            inputs[i] = values[i].clone().set_requires_grad(true);
        }
        Tensor output = function.apply(inputs);
        Tensor upstream = doubles(output.sizes().vec().get());
        output.mul(upstream).sum().backward();
        double step = 1e-5;
        try (NoGradGuard guard = new NoGradGuard()) {
            for (int i = 0; i < values.length; i++) {
                Tensor flat = values[i].view(-1);
                Tensor gradient = inputs[i].grad().contiguous().view(-1);
                for (long j = 0; j < flat.numel(); j++) {
                    double before = flat.select(0, j).item_double();
                    double up = at(values, flat, j, before + step, function, upstream);
                    double down = at(values, flat, j, before - step, function, upstream);
                    flat.select(0, j).fill_(new Scalar(before));
                    assertThat(gradient.select(0, j).item_double())
                            .as("%s: input %d, element %d", name, i, j)
                            .isCloseTo((up - down) / (2 * step), org.assertj.core.data.Offset.offset(1e-6));
                }
            }
        }
    }

    private static double at(
            Tensor[] values, Tensor flat, long index, double value, Function function, Tensor upstream) {
        try (TensorScope inner = new TensorScope()) {
            flat.select(0, index).fill_(new Scalar(value));
            return function.apply(values).mul(upstream).sum().item_double();
        }
    }

    // Against the matrix of weights

    /** All mask kinds, odd head sizes, lengths around the sizes of tiles. */
    @ParameterizedTest
    @ValueSource(longs = {1, 3, 16, 33})
    void tiledIsExact(long headSize) {
        for (int length : new int[] {1, 2, 63, 129, 255, 256, 257, 700}) {
            Tensor[] inputs = {
                normal(2, 3, length, headSize), normal(2, 3, length, headSize), normal(2, 3, length, headSize)
            };
            Tensor bias = normal(1, 3, length, length);
            double scale = 1 / Math.sqrt((double) headSize);
            for (AttentionMask mask : List.of(
                    AttentionMask.full(),
                    AttentionMask.causal(),
                    padding(length, (length + 1) / 2, false),
                    padding(length, (length + 1) / 2, true),
                    new AttentionMask.Additive(bias))) {
                assertSame(
                        length + " " + mask,
                        inputs,
                        (q, k, v) -> new TiledAttention(scale, NONE).forward(q, k, v, mask),
                        (q, k, v) -> new ExactAttention(scale, NONE).forward(q, k, v, mask));
            }
        }
    }

    /** More keys than one part of a tile: the running softmax. */
    @Test
    void tiledIsExactOverManyKeys() {
        Tensor[] inputs = {normal(1, 2, 1500, 8).mul(new Scalar(4.0)), normal(1, 2, 4000, 8), normal(1, 2, 4000, 8)};
        for (AttentionMask mask : List.of(AttentionMask.full(), AttentionMask.causal())) {
            assertSame(
                    mask.toString(),
                    inputs,
                    (q, k, v) -> new TiledAttention(0.5, NONE).forward(q, k, v, mask),
                    (q, k, v) -> new ExactAttention(0.5, NONE).forward(q, k, v, mask));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {9, 1500}) // in one piece and divided by heads
    void fusedAttentionIsInFloat32WhereProductsAreInBfloat16(long length) {
        Tensor[] inputs = new Tensor[3];
        Arrays.setAll(inputs, i -> normal(1, 2, length, 8).toType(ScalarType.BFloat16));
        FlashAttention flash = new FlashAttention(0.4, NONE);
        Tensor upstream = normal(1, 2, length, 8);
        for (AttentionMask mask : List.of(AttentionMask.full(), AttentionMask.causal())) {
            Kernel inFloat = (query, key, value) -> flash.forward(
                    query.toType(ScalarType.Float), key.toType(ScalarType.Float), value.toType(ScalarType.Float), mask);
            List<Tensor> expected = run(inputs, upstream, (int) length, inFloat);
            List<Tensor> actual;
            try (Precision.Region region = Precision.BF16.enter(DeviceType.CPU)) {
                actual = run(
                        inputs, upstream, (int) length, (query, key, value) -> flash.forward(query, key, value, mask));
            }
            for (int i = 0; i < expected.size(); i++) {
                assertThat(actual.get(i).equal(expected.get(i))).isTrue();
            }
        }
    }

    @Test
    void theLogarithmOfTheSumsMergesTwoParts() {
        Tensor query = normal(1, 2, 9, 5);
        Tensor key = normal(1, 2, 30, 5);
        Tensor value = normal(1, 2, 30, 5);
        TiledAttention tiled = new TiledAttention(0.5, NONE);
        AttentionMask full = AttentionMask.full();
        TiledAttention.Result left =
                tiled.forwardWithLogSumExp(query, key.narrow(2, 0, 11), value.narrow(2, 0, 11), full);
        TiledAttention.Result right =
                tiled.forwardWithLogSumExp(query, key.narrow(2, 11, 19), value.narrow(2, 11, 19), full);
        Tensor share = left.logSumExp().sub(right.logSumExp()).sigmoid();
        Tensor merged =
                left.output().mul(share).add(right.output().mul(share.neg().add(new Scalar(1.0))));
        assertClose("merged", merged, tiled.forward(query, key, value, full), 1e-5);
    }

    @Test
    void aRowThatSeesNothingIsZero() {
        Tensor[] inputs = {normal(2, 1, 6, 3), normal(2, 1, 6, 3), normal(2, 1, 6, 3)};
        Tensor none = torch.zeros(2, 6).gt(new Scalar(1.0));
        for (Tensor input : inputs) {
            input.set_requires_grad(true);
        }
        Tensor output =
                new TiledAttention(0.5, NONE).forward(inputs[0], inputs[1], inputs[2], AttentionMask.padding(none));
        output.sum().backward();
        assertThat(output.abs().max().item_float()).isZero();
        for (Tensor input : inputs) {
            assertThat(input.grad().abs().max().item_float()).isZero();
        }
    }

    /** The mean of many draws is the output without dropout; a pass and its backward pass draw the same masks. */
    @Test
    void dropoutIsUnbiasedAndDrawnAgain() {
        Dropout dropout = new Dropout(0.3);
        dropout.train(true);
        Tensor[] inputs = {normal(1, 1, 300, 4), normal(1, 1, 300, 4), normal(1, 1, 300, 4)};
        TiledAttention tiled = new TiledAttention(0.1, dropout);
        Tensor mean = torch.zeros_like(inputs[2]);
        int draws = 400;
        for (int i = 0; i < draws; i++) {
            dropout.reseed(i);
            mean.add_(tiled.forward(inputs[0], inputs[1], inputs[2], AttentionMask.causal()));
        }
        Tensor expected =
                new TiledAttention(0.1, NONE).forward(inputs[0], inputs[1], inputs[2], AttentionMask.causal());
        // late rows average over many keys; the first row is its own value times the mask
        Tensor late = mean.div(new Scalar(draws)).sub(expected).narrow(2, 100, 200);
        assertThat(late.abs().max().item_double()).isLessThan(0.03);

        Tensor[] doubles = {doubles(1, 1, 5, 3), doubles(1, 1, 5, 3), doubles(1, 1, 5, 3)};
        assertGradients("dropout", doubles, in -> {
            dropout.reseed(5);
            return tiled.forward(in[0], in[1], in[2], AttentionMask.full());
        });
    }

    /** Windows, dilation, global tokens and causality by their definition, at many lengths. */
    @Test
    void slidingWindowsAreTheirDefinition() {
        SplittableRandom random = new SplittableRandom(SEED);
        for (int round = 0; round < 60; round++) {
            int length = random.nextInt(1, 300);
            int side = random.nextInt(0, 40);
            int dilation = random.nextInt(1, 4);
            boolean causal = random.nextBoolean();
            int[] global = random.ints(random.nextInt(0, 4), 0, length).toArray();
            int real = random.nextInt(1, length + 1);
            GlobalTokens tokens = GlobalTokens.everywhere(2, global);
            AttentionMask mask = padding(length, real, causal);
            SlidingWindowAttention window = new SlidingWindowAttention(0.5, NONE, side, dilation);
            BiPredicate<Integer, Integer> sees = (i, j) -> {
                boolean near = Math.abs(i - j) <= side * dilation && (i - j) % dilation == 0;
                boolean isGlobal = Arrays.stream(global).anyMatch(g -> g == i || g == j);
                return (near || isGlobal) && (!causal || j <= i);
            };
            Tensor bias = dense(length, real, sees);
            Tensor[] inputs = {normal(2, 3, length, 5), normal(2, 3, length, 5), normal(2, 3, length, 5)};
            assertSame(
                    "length " + length + " side " + side + " dilation " + dilation + " causal " + causal + " global "
                            + Arrays.toString(global) + " real " + real,
                    inputs,
                    real,
                    (q, k, v) -> window.forward(q, k, v, mask, tokens),
                    (q, k, v) -> new TiledAttention(0.5, NONE).forward(q, k, v, new AttentionMask.Additive(bias)));
        }
    }

    /** {@code [2, 1, length, length]}: the first sequence has all tokens, the second {@code real} of them. */
    private static Tensor dense(int length, int real, BiPredicate<Integer, Integer> sees) {
        float[] values = new float[2 * length * length];
        for (int n = 0; n < values.length; n++) {
            int i = n / length % length;
            int j = n % length;
            boolean exists = n < length * length || j < real;
            values[n] = exists && sees.test(i, j) ? 0 : Float.NEGATIVE_INFINITY;
        }
        return Tensor.create(values).view(2, 1, length, length);
    }

    @Test
    void blockPatternsHaveWhatTheyPromise() {
        for (int blocks : new int[] {1, 2, 3, 4, 9, 30}) {
            int[][][] pattern = BlockPattern.sparse(1, 1, 3, SEED).blocks(4, blocks);
            assertThat(pattern).isDeepEqualTo(BlockPattern.sparse(1, 1, 3, SEED).blocks(4, blocks));
            for (int i = 0; i < blocks; i++) {
                for (int[] row : pattern[i]) {
                    if (i == 0 || i == blocks - 1) {
                        assertThat(row).isEmpty();
                        continue;
                    }
                    assertThat(row).doesNotHaveDuplicates().contains(0, i - 1, i, i + 1, blocks - 1);
                    int window = (int) Arrays.stream(new int[] {0, i - 1, i, i + 1, blocks - 1})
                            .distinct()
                            .count();
                    assertThat(row).hasSize(Math.min(blocks, window + 3));
                }
            }
        }
        int[][][] etc = BlockPattern.sparse(2, 0, 1, SEED).blocks(1, 8);
        assertThat(etc[1][0]).isEmpty();
        assertThat(etc[7][0]).contains(0, 1, 6, 7).hasSize(5);
    }

    /** The error of the estimate falls as 1/√m: sixteen times as many features, a quarter of the error. */
    @Test
    void performerConverges() {
        Tensor[] inputs = {
            normal(1, 8, 64, 8).mul(new Scalar(0.25)), normal(1, 8, 64, 8).mul(new Scalar(0.25)), normal(1, 8, 64, 8)
        };
        Tensor exact = new ExactAttention(0.35, NONE).forward(inputs[0], inputs[1], inputs[2], AttentionMask.full());
        double few = error(inputs, exact, 16);
        double many = error(inputs, exact, 256);
        assertThat(many).isLessThan(few / 3);
    }

    private static double error(Tensor[] inputs, Tensor exact, int features) {
        double sum = 0;
        for (int seed = 0; seed < 20; seed++) {
            Tensor estimate = new PerformerAttention(0.35, NONE, features, seed, false)
                    .forward(inputs[0], inputs[1], inputs[2], AttentionMask.full());
            sum += estimate.sub(exact).norm().item_double();
        }
        return sum;
    }

    /** Longer than a stretch, and large inputs that would overflow without stabilization. */
    @Test
    void performerIsStable() {
        for (boolean causal : new boolean[] {false, true}) {
            Tensor[] inputs = {
                normal(1, 2, 700, 16).mul(new Scalar(30.0)),
                normal(1, 2, 700, 16).mul(new Scalar(30.0)),
                normal(1, 2, 700, 16)
            };
            for (Tensor input : inputs) {
                input.set_requires_grad(true);
            }
            Tensor output = new PerformerAttention(0.25, NONE, 32, SEED, false)
                    .forward(inputs[0], inputs[1], inputs[2], causal ? AttentionMask.causal() : AttentionMask.full());
            output.sum().backward();
            assertThat(output.isfinite().all().item_bool()).isTrue();
            assertThat(inputs[0].grad().isfinite().all().item_bool()).isTrue();
        }
    }

    /** Stretches are joined rightly: a prefix of a causal pass is a pass over the prefix. */
    @Test
    void causalPerformerKnowsNoFuture() {
        Tensor[] inputs = {normal(1, 2, 700, 8), normal(1, 2, 700, 8), normal(1, 2, 700, 8)};
        PerformerAttention performer = new PerformerAttention(0.35, NONE, 32, SEED, false);
        Tensor whole = performer.forward(inputs[0], inputs[1], inputs[2], AttentionMask.causal());
        for (int length : new int[] {1, 255, 256, 257, 600}) {
            Tensor prefix = performer.forward(
                    inputs[0].narrow(2, 0, length),
                    inputs[1].narrow(2, 0, length),
                    inputs[2].narrow(2, 0, length),
                    AttentionMask.causal());
            assertClose("prefix " + length, prefix, whole.narrow(2, 0, length), 1e-4);
        }
    }

    private void assertSame(String name, Tensor[] inputs, Kernel actual, Kernel expected) {
        assertSame(name, inputs, (int) inputs[0].size(2), actual, expected);
    }

    /** Outputs and gradients; rows of the second sequence from {@code real} on don't count. */
    private void assertSame(String name, Tensor[] inputs, int real, Kernel actual, Kernel expected) {
        Tensor upstream = normal(inputs[0].sizes().vec().get());
        if (inputs[0].size(0) > 1 && real < inputs[0].size(2)) {
            upstream.select(0, 1).narrow(1, real, inputs[0].size(2) - real).zero_();
        }
        List<Tensor> own = run(inputs, upstream, real, actual);
        List<Tensor> reference = run(inputs, upstream, real, expected);
        for (int i = 0; i < own.size(); i++) {
            String what = List.of("output", "query", "key", "value").get(i);
            assertClose(name + ": " + what, own.get(i), reference.get(i), 2e-5);
        }
    }

    private static List<Tensor> run(Tensor[] inputs, Tensor upstream, int real, Kernel kernel) {
        List<Tensor> leaves = new ArrayList<>();
        for (Tensor input : inputs) {
            leaves.add(input.detach().clone().set_requires_grad(true));
        }
        Tensor output = kernel.apply(leaves.get(0), leaves.get(1), leaves.get(2));
        output.mul(upstream).sum().backward();
        Tensor shown = output.detach().clone();
        if (shown.size(0) > 1 && real < shown.size(2)) {
            shown.select(0, 1).narrow(1, real, shown.size(2) - real).zero_();
        }
        return List.of(
                shown, leaves.get(0).grad(), leaves.get(1).grad(), leaves.get(2).grad());
    }

    /** Two sequences, of which the second has {@code real} tokens. */
    private static AttentionMask padding(int length, int real, boolean causal) {
        Tensor keys = torch.ones(2, length);
        keys.select(0, 1).narrow(0, real, (long) length - real).zero_();
        return new AttentionMask.Padding(keys.gt(new Scalar(0.5)), causal);
    }

    private Tensor doubles(long... shape) {
        return normal(shape).to(ScalarType.Double);
    }

    private Tensor normal(long... shape) {
        return torch.randn(shape, new GeneratorOptional(generator), new TensorOptions(ScalarType.Float));
    }

    private static void assertClose(String what, Tensor actual, Tensor expected, double tolerance) {
        assertThat(actual.sizes().vec().get())
                .as(what)
                .isEqualTo(expected.sizes().vec().get());
        double scale = Math.max(1, expected.detach().abs().max().item_double());
        assertThat(actual.detach().sub(expected.detach()).abs().max().item_double())
                .as(what + " max |difference|")
                .isLessThanOrEqualTo(tolerance * scale);
    }
}
