package io.transformer4j.nn;

import io.transformer4j.torch.CustomGradient;
import io.transformer4j.torch.TensorScope;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * Cross entropy of a vocabulary head, {@code -Σ log softmax(h Wᵀ + b)[label]}, without ever holding the logits of all
 * rows: a block of rows is multiplied, normalized in place, turned into its own gradient and used up at once. Against
 * the plain sequence of operations this saves three arrays of {@code rows × vocabulary} and their traffic.
 *
 * <p>Since the loss is a scalar, its gradients are known up to a factor as soon as it is computed. They are computed in
 * the forward pass and handed over, times that factor, in the backward pass.
 */
public final class CrossEntropy {
    /** Few enough rows for the logits to stay near the cache, enough for the products to run at full rate. */
    static final long BLOCK_ROWS = 512;

    private static final long[] LAST = {-1};

    private final Tensor hidden;
    private final Parameter head;
    private final @Nullable Parameter headBias;
    private final Tensor labels;
    private final double scale;
    private final double smoothing;

    private CrossEntropy(
            Tensor hidden, Parameter weight, @Nullable Parameter bias, Tensor labels, double scale, double smoothing) {
        this.hidden = hidden;
        this.head = weight;
        this.headBias = bias;
        this.labels = labels;
        this.scale = scale;
        this.smoothing = smoothing;
    }

    /**
     * The sum over rows divided by {@code count}. Gradients flow to {@code hidden}, and are added to those of the
     * parameters directly.
     *
     * <p>The members of a {@link io.transformer4j.torch.Team} compute it together, each for its own rows. The parameters of
     * the first member that has rows then get the gradients by all rows, so each member's loss has to count the same.
     *
     * @param hidden {@code [rows, hiddenSize]}; without rows the loss is 0
     * @param weight {@code [vocabSize, hiddenSize]}
     * @param bias {@code [vocabSize]} or {@code [1, vocabSize]}, or null
     * @param labels {@code [rows]} int64, each in {@code [0, vocabSize)}
     * @param count what to divide the sum by: the number of labels in the whole batch, of which these rows may be a part
     * @return a scalar, float32
     */
    public static Tensor ofHead(Tensor hidden, Parameter weight, @Nullable Parameter bias, Tensor labels, long count) {
        return ofHead(hidden, weight, bias, labels, count, 0);
    }

    /**
     * As {@link #ofHead(Tensor, Parameter, Parameter, Tensor, long)}, against labels of which a part is spread over the
     * whole vocabulary (Szegedy et al. 2016, §7).
     *
     * @param smoothing that part, in [0, 1): the loss is {@code (1 - smoothing) · -log p(label) + smoothing · mean(-log p)}
     */
    public static Tensor ofHead(
            Tensor hidden, Parameter weight, @Nullable Parameter bias, Tensor labels, long count, double smoothing) {
        Tensor rows = hidden.toType(ScalarType.Float);
        if (rows.size(0) == 0) {
            return rows.sum(); // a zero that has a gradient if the rows have one
        }
        if (!GradMode.is_enabled()) {
            return new CrossEntropy(rows.detach(), weight, bias, labels, 1.0 / count, smoothing)
                    .evaluate()
                    .loss();
        }
        HeadGradients.Result gradients;
        try (NoGradGuard guard = new NoGradGuard()) {
            gradients = HeadGradients.of(
                    new HeadGradients.Head(weight, bias, 1.0 / count, smoothing), rows.detach(), labels);
        }
        if (!rows.requires_grad()) {
            rows = rows.detach(); // nothing below wants a gradient, but the head does
            rows.set_requires_grad(true);
        }
        Tensor carrier = CustomGradient.onGradient(rows.alias(), upstream -> {
            Tensor factor = upstream.select(0, 0).select(0, 0);
            boolean unit = !factor.is_cuda() && factor.item_float() == 1;
            if (gradients.weight() != null) {
                weight.accumulate(unit ? gradients.weight() : gradients.weight().mul(factor));
            }
            if (bias != null && gradients.bias() != null) {
                bias.accumulate(unit ? gradients.bias() : gradients.bias().mul(factor));
            }
            return unit ? gradients.hidden() : gradients.hidden().mul(factor);
        });
        Tensor result = carrier.select(0, 0).select(0, 0);
        result.set_data(gradients.loss());
        return result;
    }

    /**
     * Loss and share of right predictions, both sums over rows divided by {@code count}; without gradients.
     *
     * @param loss scalar
     * @param accuracy scalar
     */
    public record Evaluation(Tensor loss, Tensor accuracy) {}

    /** As {@link #ofHead}, with the accuracy and without gradients. */
    public static Evaluation evaluateHead(
            Tensor hidden, Parameter weight, @Nullable Parameter bias, Tensor labels, long count) {
        try (NoGradGuard guard = new NoGradGuard()) {
            Tensor rows = hidden.detach().toType(ScalarType.Float);
            return new CrossEntropy(rows, weight, bias, labels, 1.0 / count, 0).evaluate();
        }
    }

    private Evaluation evaluate() {
        Tensor total = zeroTotal();
        Tensor correct = zeroTotal();
        Tensor buffer = head.isQuantized() ? null : buffer();
        for (long start = 0; start < hidden.size(0); start += BLOCK_ROWS) {
            try (TensorScope scope = new TensorScope()) {
                Block block = new Block(start);
                Tensor logits = buffer == null ? head.product(block.hidden(), headBias) : block.logits(buffer);
                Tensor gold = block.gold(logits);
                total.add_(logits.logsumexp(1)
                        .sub(block.target(logits))
                        .toType(ScalarType.Double)
                        .sum());
                correct.add_(gold.ge(logits.amax(LAST, false)).sum());
            }
        }
        return new Evaluation(scaled(total), scaled(correct));
    }

    private Tensor scaled(Tensor total) {
        return total.mul_(new Scalar(scale)).toType(ScalarType.Float);
    }

    private Tensor zeroTotal() {
        return hidden.new_zeros().toType(ScalarType.Double);
    }

    private Tensor buffer() {
        return hidden.new_empty(Math.min(BLOCK_ROWS, hidden.size(0)), head.shape()[0]);
    }

    /** Rows {@code start} to {@code start + rows}. */
    private final class Block {
        final long start;
        final long rows;

        Block(long start) {
            this.start = start;
            this.rows = Math.min(BLOCK_ROWS, CrossEntropy.this.hidden.size(0) - start);
        }

        Tensor hidden() {
            return hidden.narrow(0, start, rows);
        }

        /** {@code [rows, 1]}. */
        Tensor labels() {
            return labels.narrow(0, start, rows).unsqueeze(1);
        }

        /** {@code [rows, vocabSize]}, in the buffer. */
        Tensor logits(Tensor buffer) {
            Tensor logits = torch.mm_out(
                    buffer.narrow(0, 0, rows), hidden(), head.tensor().detach().t());
            return headBias == null ? logits : logits.add_(headBias.tensor().detach());
        }

        /** The label's logit, {@code [rows]}. */
        Tensor gold(Tensor logits) {
            return logits.gather(1, labels()).squeeze(1);
        }

        /** The mean of the logits under the target's distribution, {@code [rows]}. */
        Tensor target(Tensor logits) {
            return smoothing == 0
                    ? gold(logits)
                    : gold(logits).lerp_(logits.mean(LAST, false, new ScalarTypeOptional()), new Scalar(smoothing));
        }
    }
}
