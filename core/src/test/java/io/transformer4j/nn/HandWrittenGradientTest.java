package io.transformer4j.nn;

import static org.assertj.core.api.Assertions.assertThat;

import io.transformer4j.torch.ComputePool;
import io.transformer4j.torch.Devices;
import io.transformer4j.torch.Team;
import io.transformer4j.torch.TensorScope;
import io.transformer4j.torch.Torch;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Backward passes that are written by hand, against libtorch's autograd in float64. */
class HandWrittenGradientTest {
    private static final double TOLERANCE = 2e-6;
    private static final long VOCAB = 37;
    private static final long WIDTH = 8;

    private TensorScope scope;
    private Generator generator;

    @BeforeEach
    void open() {
        Torch.initialize();
        scope = new TensorScope();
        generator = torch.createCPUGenerator(11);
    }

    @AfterEach
    void close() {
        scope.close();
    }

    // TanhGelu

    @ParameterizedTest
    @CsvSource({"1, 1", "1, 7", "3, 5", "600, 70" /* more than a block */})
    void tanhGelu(long rows, long columns) {
        assertGelu(normal(rows, columns).mul(new Scalar(3.0)));
    }

    @Test
    void tanhGeluOfColumnsAndOfASlice() {
        assertGelu(normal(5, 600).t());
        assertGelu(normal(9, 40).narrow(1, 3, 11));
    }

    @Test
    void tanhGeluFarFromZero() {
        assertGelu(Tensor.create(-1e4f, -30f, -10f, -1e-20f, 0f, 1e-20f, 10f, 30f, 1e4f));
    }

    private void assertGelu(Tensor input) {
        Tensor own = leaf(input);
        Tensor reference = leaf(input.to(ScalarType.Double));
        Tensor upstream = normal(input.sizes().vec().get());
        Tensor value = TanhGelu.apply(own);
        Tensor expected = torch.gelu(reference, "tanh");
        assertClose(value, expected);
        value.mul(upstream).sum().backward();
        expected.mul(upstream).sum().backward();
        assertClose(own.grad(), reference.grad());
    }

    @Test
    void tanhGeluWithoutGradient() {
        Tensor own = leaf(normal(3, 5));
        try (NoGradGuard guard = new NoGradGuard()) {
            assertThat(TanhGelu.apply(own).requires_grad()).isFalse();
        }
        assertThat(TanhGelu.apply(normal(3, 5)).requires_grad()).isFalse();
    }

    /** Intermediate values are rounded to bfloat16: errors are at most twice those of libtorch's kernel. */
    @Test
    void tanhGeluInBf16() {
        Tensor input = normal(256, 256).mul(new Scalar(2.0)).to(ScalarType.BFloat16);
        Tensor own = leaf(input);
        Tensor plain = leaf(input);
        Tensor exact = leaf(input.to(ScalarType.Double));
        Tensor value = TanhGelu.apply(own);
        Tensor plainValue = torch.gelu(plain, "tanh");
        Tensor exactValue = torch.gelu(exact, "tanh");
        assertThat(value.scalar_type().intern()).isEqualTo(ScalarType.BFloat16);
        value.sum().backward();
        plainValue.sum().backward();
        exactValue.sum().backward();
        assertThat(meanDifference(value, exactValue)).isLessThanOrEqualTo(2 * meanDifference(plainValue, exactValue));
        assertThat(meanDifference(own.grad(), exact.grad()))
                .isLessThanOrEqualTo(2 * meanDifference(plain.grad(), exact.grad()));
    }

    // CrossEntropy

    @ParameterizedTest
    @CsvSource({"1, true, 1", "1, false, 1", "5, true, 0.25", "512, false, 1", "513, true, -3", "1100, true, 1"})
    void crossEntropy(long rows, boolean withBias, double upstream) {
        assertCrossEntropy(normal(rows, WIDTH), withBias, upstream);
    }

    @Test
    void crossEntropyOfColumnsAndOfASlice() {
        assertCrossEntropy(normal(WIDTH, 530).t(), true, 1);
        assertCrossEntropy(normal(20, 3 * WIDTH).narrow(1, 2, WIDTH), true, 2);
    }

    @Test
    void crossEntropyOfLargeLogits() {
        assertCrossEntropy(normal(30, WIDTH).mul(new Scalar(200.0)), true, 1);
    }

    private void assertCrossEntropy(Tensor hidden, boolean withBias, double upstream) {
        try (Parameter weight = parameter(VOCAB, WIDTH);
                Parameter bias = parameter(VOCAB)) {
            Tensor labels = labels(hidden.size(0));
            Tensor own = leaf(hidden);
            long count = hidden.size(0) + 3;
            Tensor loss = CrossEntropy.ofHead(own, weight, withBias ? bias : null, labels, count);
            Reference reference = new Reference(hidden, weight, bias);
            Tensor expected = reference.loss(labels, withBias, count);
            assertClose(loss, expected);
            loss.mul(new Scalar(upstream)).backward();
            expected.mul(new Scalar(upstream)).backward();
            assertClose(own.grad(), reference.hidden.grad());
            assertClose(weight.grad().orElseThrow(), reference.weight.grad());
            if (withBias) {
                assertClose(bias.grad().orElseThrow(), reference.bias.grad());
            } else {
                assertThat(bias.grad()).isEmpty();
            }
        }
    }

    /** However rows are divided among the members of a team, losses and gradients are those of all rows together. */
    @ParameterizedTest
    @CsvSource({"1, 5, 0", "3, 4, 0.1", "700, 1100, 0.1", "0, 4, 0.1", "5, 5, 0"})
    void crossEntropyOfATeam(int first, int all, double smoothing) {
        Tensor hidden = normal(all, WIDTH);
        Tensor labels = labels(all);
        List<long[]> rows = List.of(new long[] {0, first}, new long[] {first, all});
        List<Parameter> weights =
                Stream.generate(() -> parameter(VOCAB, WIDTH)).limit(2).toList();
        List<Parameter> biases =
                Stream.generate(() -> parameter(VOCAB)).limit(2).toList();
        weights.get(1).share(weights.get(0));
        biases.get(1).share(biases.get(0));
        Reference reference = new Reference(hidden, weights.get(0), biases.get(0));
        Tensor expected = reference.loss(labels, true, all, smoothing);
        expected.backward();
        Team team = new Team(2);
        try (ComputePool pool = new ComputePool(2)) {
            List<Float> losses = pool.onEachWorker(member -> {
                try (Team.Membership membership = team.join(member)) {
                    long start = rows.get(member)[0];
                    long count = rows.get(member)[1] - start;
                    Tensor own = leaf(hidden.narrow(0, start, count));
                    Tensor loss = CrossEntropy.ofHead(
                            own,
                            weights.get(member),
                            biases.get(member),
                            labels.narrow(0, start, count),
                            all,
                            smoothing);
                    loss.backward();
                    if (count > 0) {
                        assertClose(own.grad(), reference.hidden.grad().narrow(0, start, count));
                    }
                    return loss.item_float();
                }
            });
            assertClose(Tensor.create(losses.get(0) + losses.get(1)).squeeze(), expected);
        }
        int holder = first == 0 ? 1 : 0; // the first who has rows
        assertClose(weights.get(holder).grad().orElseThrow(), reference.weight.grad());
        assertClose(biases.get(holder).grad().orElseThrow(), reference.bias.grad());
        assertThat(weights.get(1 - holder).grad()).isEmpty();
        weights.forEach(Parameter::close);
        biases.forEach(Parameter::close);
    }

    @Test
    void crossEntropyAccumulates() {
        try (Parameter weight = parameter(VOCAB, WIDTH);
                Parameter bias = parameter(VOCAB)) {
            for (int pass = 1; pass <= 2; pass++) {
                Tensor hidden = normal(6, WIDTH);
                Reference reference = new Reference(hidden, weight, bias);
                Tensor labels = labels(6);
                Tensor before = weight.grad().map(Tensor::clone).orElseGet(() -> torch.zeros(VOCAB, WIDTH));
                Tensor biasBefore = bias.grad().map(Tensor::clone).orElseGet(() -> torch.zeros(VOCAB));
                CrossEntropy.ofHead(leaf(hidden), weight, bias, labels, 6).backward();
                reference.loss(labels, true, 6).backward();
                assertClose(weight.grad().orElseThrow().sub(before), reference.weight.grad());
                assertClose(bias.grad().orElseThrow().sub(biasBefore), reference.bias.grad());
            }
        }
    }

    @Test
    void crossEntropyOfFrozenParts() {
        try (Parameter weight = parameter(VOCAB, WIDTH);
                Parameter bias = parameter(VOCAB)) {
            Tensor hidden = normal(6, WIDTH);
            Tensor labels = labels(6);
            Reference reference = new Reference(hidden, weight, bias);
            reference.loss(labels, true, 6).backward();
            weight.setTrainable(false);
            Tensor own = leaf(hidden);
            CrossEntropy.ofHead(own, weight, bias, labels, 6).backward();
            assertThat(weight.grad()).isEmpty();
            assertClose(bias.grad().orElseThrow(), reference.bias.grad());
            assertClose(own.grad(), reference.hidden.grad());
            bias.clearGrad();
            CrossEntropy.ofHead(hidden, weight, bias, labels, 6).backward(); // the trunk is frozen
            assertClose(bias.grad().orElseThrow(), reference.bias.grad());
        }
    }

    /** As BART's {@code final_logits_bias} has it. */
    @Test
    void crossEntropyWithABiasOfOneRow() {
        try (Parameter weight = parameter(VOCAB, WIDTH);
                Parameter bias = parameter(1, VOCAB)) {
            Tensor hidden = normal(6, WIDTH);
            Tensor labels = labels(6);
            Reference reference = new Reference(hidden, weight, bias);
            reference.loss(labels, true, 6).backward();
            Tensor own = leaf(hidden);
            CrossEntropy.ofHead(own, weight, bias, labels, 6).backward();
            assertClose(own.grad(), reference.hidden.grad());
            assertClose(bias.grad().orElseThrow(), reference.bias.grad());
        }
    }

    @Test
    void crossEntropyWithoutGradient() {
        try (Parameter weight = parameter(VOCAB, WIDTH);
                Parameter bias = parameter(VOCAB);
                NoGradGuard guard = new NoGradGuard()) {
            Tensor hidden = normal(700, WIDTH);
            Tensor labels = labels(700);
            Tensor loss = CrossEntropy.ofHead(leaf(hidden), weight, bias, labels, 700);
            assertThat(loss.requires_grad()).isFalse();
            assertClose(loss, new Reference(hidden, weight, bias).loss(labels, true, 700));
        }
    }

    @Test
    void crossEntropyOfNoRows() {
        try (Parameter weight = parameter(VOCAB, WIDTH);
                Parameter bias = parameter(VOCAB)) {
            Tensor own = leaf(normal(4, WIDTH));
            Tensor loss = CrossEntropy.ofHead(own.narrow(0, 0, 0), weight, bias, labels(0), 0);
            loss.backward();
            assertThat(loss.item_double()).isZero();
            assertThat(own.grad().abs().sum().item_double()).isZero();
            assertThat(weight.grad()).isEmpty();
        }
    }

    /** The plain sequence of operations in float64. */
    private static final class Reference {
        final Tensor hidden;
        final Tensor weight;
        final Tensor bias;

        Reference(Tensor hidden, Parameter weight, Parameter bias) {
            this.hidden = leaf(hidden.to(ScalarType.Double));
            this.weight = leaf(weight.tensor().detach().to(ScalarType.Double));
            this.bias = leaf(bias.tensor().detach().to(ScalarType.Double));
        }

        Tensor loss(Tensor labels, boolean withBias, long count) {
            return loss(labels, withBias, count, 0);
        }

        Tensor loss(Tensor labels, boolean withBias, long count, double smoothing) {
            Tensor logits = hidden.mm(weight.t());
            return torch.cross_entropy_loss(
                            withBias ? logits.add(bias) : logits,
                            labels,
                            new TensorOptional(),
                            torch.Reduction.Sum.value,
                            -100,
                            smoothing)
                    .div(new Scalar((double) count));
        }
    }

    // Embedding

    @ParameterizedTest
    @ValueSource(longs = {-1, 0, 2})
    void embedding(long padding) {
        OptionalLong paddingId = padding < 0 ? OptionalLong.empty() : OptionalLong.of(padding);
        Embedding embedding = new Embedding(VOCAB, WIDTH, paddingId, Initializer.normal(1));
        try (Parameter weight = embedding.weight()) {
            weight.initialize(Devices.cpu(), generator);
            assertThat(
                            padding < 0
                                    ? 0
                                    : weight.tensor()
                                            .detach()
                                            .select(0, padding)
                                            .abs()
                                            .sum()
                                            .item_double())
                    .isZero();
            Tensor reference = leaf(weight.tensor().detach().to(ScalarType.Double));
            for (int pass = 1; pass <= 2; pass++) { // the second one accumulates
                Tensor ids = Tensor.create(3L, 0L, 2L, 3L, 3L, 36L, 0L);
                Tensor upstream = normal(7, WIDTH);
                Tensor rows = embedding.forward(ids);
                Tensor expected = torch.embedding(reference, ids, padding, false, false);
                assertClose(rows, expected);
                rows.mul(upstream).sum().backward();
                expected.mul(upstream).sum().backward();
                assertClose(weight.grad().orElseThrow(), reference.grad());
            }
        }
    }

    /** The table's gradient is the sum of both uses, whichever comes first in the backward pass. */
    @Test
    void embeddingTiedToTheHead() {
        Embedding embedding = new Embedding(VOCAB, WIDTH, Initializer.normal(1));
        try (Parameter weight = embedding.weight();
                Parameter bias = parameter(VOCAB)) {
            weight.initialize(Devices.cpu(), generator);
            Tensor ids = labels(20);
            Tensor labels = labels(20);
            UnaryOperator<Tensor> trunk = rows -> rows.tanh().mul(new Scalar(2.0));
            CrossEntropy.ofHead(trunk.apply(embedding.forward(ids)), weight, bias, labels, 20)
                    .backward();
            Tensor reference = leaf(weight.tensor().detach().to(ScalarType.Double));
            Tensor hidden = trunk.apply(torch.embedding(reference, ids));
            Tensor logits = hidden.mm(reference.t()).add(bias.tensor().detach());
            torch.cross_entropy_loss(logits, labels).backward();
            assertClose(weight.grad().orElseThrow(), reference.grad());
        }
    }

    /** Rows of look-ups wait for a gradient to be added to, their own parameter's or another's. */
    @Test
    void lookUpsMoveToAnotherParameter() {
        Embedding embedding = new Embedding(VOCAB, WIDTH, Initializer.normal(1));
        try (Parameter weight = embedding.weight();
                Parameter without = parameter(VOCAB, WIDTH);
                Parameter with = parameter(VOCAB, WIDTH)) {
            weight.initialize(Devices.cpu(), generator);
            Tensor before = normal(VOCAB, WIDTH);
            with.accumulate(before.clone());
            for (Parameter other : List.of(without, with)) {
                embedding.forward(Tensor.create(3L, 0L, 3L)).sum().backward();
                weight.moveGradTo(other);
                assertThat(weight.grad()).isEmpty();
            }
            Tensor expected = torch.zeros(VOCAB, WIDTH);
            expected.select(0, 0).fill_(new Scalar(1.0));
            expected.select(0, 3).fill_(new Scalar(2.0));
            assertClose(without.grad().orElseThrow(), expected.to(ScalarType.Double));
            assertClose(with.grad().orElseThrow(), expected.add(before).to(ScalarType.Double));
            embedding.forward(Tensor.create(1L)).sum().backward();
            weight.clearGrad();
            assertThat(weight.grad()).isEmpty();
        }
    }

    @Test
    void frozenEmbeddingAndNoGradient() {
        Embedding embedding = new Embedding(VOCAB, WIDTH, Initializer.normal(1));
        try (Parameter weight = embedding.weight()) {
            weight.initialize(Devices.cpu(), generator);
            Tensor ids = labels(5);
            try (NoGradGuard guard = new NoGradGuard()) {
                assertThat(embedding.forward(ids).requires_grad()).isFalse();
            }
            weight.setTrainable(false);
            assertThat(embedding.forward(ids).requires_grad()).isFalse();
        }
    }

    private Tensor normal(long... shape) {
        return torch.randn(shape, new GeneratorOptional(generator), new TensorOptions(ScalarType.Float));
    }

    private Tensor labels(long rows) {
        return torch.randint(
                VOCAB, new long[] {rows}, new GeneratorOptional(generator), new TensorOptions(ScalarType.Long));
    }

    private Parameter parameter(long... shape) {
        Parameter parameter = new Parameter(Initializer.normal(1), shape);
        parameter.initialize(Devices.cpu(), generator);
        return parameter;
    }

    private static Tensor leaf(Tensor values) {
        Tensor leaf = values.detach().clone();
        if (!values.is_contiguous()) {
            leaf = values.detach(); // strides are what is tested
        }
        leaf.set_requires_grad(true);
        return leaf;
    }

    private static void assertClose(Tensor actual, Tensor expected) {
        assertThat(actual.sizes().vec().get()).isEqualTo(expected.sizes().vec().get());
        double scale = Math.max(1, expected.detach().abs().max().item_double());
        assertThat(maxDifference(actual, expected)).as("max |difference|").isLessThanOrEqualTo(TOLERANCE * scale);
    }

    private static double maxDifference(Tensor actual, Tensor expected) {
        return difference(actual, expected).max().item_double();
    }

    private static double meanDifference(Tensor actual, Tensor expected) {
        return difference(actual, expected).mean().item_double();
    }

    private static Tensor difference(Tensor actual, Tensor expected) {
        return actual.detach().to(ScalarType.Double).sub(expected.detach()).abs();
    }
}
