package io.transformer4j.nn;

import io.transformer4j.torch.Team;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * Loss and gradients of a vocabulary head, for the rows of all members of a {@link Team}. Their rows are put together and
 * the vocabulary is cut into slices, which the members take one after the other: products of many rows are faster than
 * several of few, and each row of the weight's gradient is written once, by whoever has its slice, instead of once by each
 * member and then summed. A softmax over slices needs one exchange between them: each row's {@code log Σ exp} of each slice.
 *
 * <p>Rows go in blocks, so that logits stay near the cache; a block's logits turn into probabilities and these into their
 * own gradient in place.
 */
final class HeadGradients {
    /** So many that a member that is held up takes fewer, so few that products stay large. */
    private static final int SLICES_PER_MEMBER = 2;

    private static final long[] LAST = {-1};
    private static final long[] FIRST = {0};

    private final Head head;
    private final List<Share> shares;
    private final List<Slice> slices = new ArrayList<>();
    private final long blockRows;
    private final Tensor hidden; // [rows, hiddenSize]
    private final Tensor labels; // [rows]
    private final Tensor logSumExp; // [slices, rows]
    private final Tensor target; // [slices, rows]: the slice's addend to the mean logit under the target's distribution
    private final Tensor hiddenGradient; // [slices, rows, hiddenSize]: the slice's addend, not scaled yet
    private final @Nullable Tensor weightGradient;
    private final @Nullable Tensor biasGradient;

    /**
     * The head, the same for all members.
     *
     * @param weight {@code [vocabSize, hiddenSize]}
     * @param bias {@code [vocabSize]} or {@code [1, vocabSize]}, or null
     * @param scale what the sum over rows is multiplied by
     * @param smoothing the part of each label that is spread over the vocabulary
     */
    record Head(Parameter weight, @Nullable Parameter bias, double scale, double smoothing) {}

    /** What a member brings, and room for what it gets; both are its own. */
    private static final class Share {
        final Tensor hidden; // [its rows, hiddenSize], float32, at least one row
        final Tensor labels; // [its rows]
        final Tensor loss; // scalar
        final Tensor hiddenGradient; // as hidden

        Share(Tensor hidden, Tensor labels) {
            this.hidden = hidden;
            this.labels = labels;
            this.loss = hidden.new_zeros();
            this.hiddenGradient = torch.empty_like(hidden);
        }
    }

    /**
     * What a member gets.
     *
     * @param loss of its rows
     * @param hidden gradient of its rows
     * @param weight gradient of the weight by all members' rows, for one of the members and null for the others; null if
     *     nothing asks for it
     * @param bias the same for the bias
     */
    record Result(
            Tensor loss,
            Tensor hidden,
            @Nullable Tensor weight,
            @Nullable Tensor bias) {}

    /** Loss and gradients of this thread's rows; the team's other members have to call it too. Runs without gradient. */
    static Result of(Head head, Tensor hidden, Tensor labels) {
        Share own = new Share(hidden, labels);
        HeadGradients all = Team.meet(own, shares -> new HeadGradients(head, shares));
        all.compute();
        boolean first = all.shares.get(0) == own;
        return new Result(
                own.loss, own.hiddenGradient, first ? all.weightGradient : null, first ? all.biasGradient : null);
    }

    private HeadGradients(Head head, List<Share> shares) {
        this.head = head;
        this.shares = shares;
        hidden = joined(shares.stream().map(share -> share.hidden).toList());
        labels = joined(shares.stream().map(share -> share.labels).toList());
        blockRows = Math.min(CrossEntropy.BLOCK_ROWS * shares.size(), hidden.size(0));
        Tensor weight = head.weight().tensor().detach();
        long vocabSize = weight.size(0);
        long count = Math.min(vocabSize, shares.size() == 1 ? 1 : (long) SLICES_PER_MEMBER * shares.size());
        for (int i = 0; i < count; i++) {
            slices.add(new Slice(i, i * vocabSize / count, (i + 1) * vocabSize / count));
        }
        logSumExp = hidden.new_empty(count, hidden.size(0));
        target = hidden.new_empty(count, hidden.size(0));
        hiddenGradient = hidden.new_empty(count, hidden.size(0), hidden.size(1));
        weightGradient = head.weight().trainable() ? torch.empty_like(weight) : null;
        biasGradient = head.bias() != null && head.bias().trainable()
                ? torch.zeros_like(head.bias().tensor().detach())
                : null;
    }

    private static Tensor joined(List<Tensor> parts) {
        return parts.size() == 1 ? parts.get(0) : torch.cat(new TensorVector(parts.toArray(Tensor[]::new)), 0);
    }

    private void compute() {
        for (long start = 0; start < hidden.size(0); start += blockRows) {
            Rows block = new Rows(start, Math.min(blockRows, hidden.size(0) - start));
            Team.inParts(slices.size(), i -> slices.get(i).normalize(block));
            Team.inParts(slices.size(), i -> slices.get(i).gradients(block));
        }
        Team.inParts(shares.size(), this::handOver);
    }

    /** Puts together what the slices computed for a member's rows. */
    private void handOver(int member) {
        Share share = shares.get(member);
        long start = shares.subList(0, member).stream()
                .mapToLong(before -> before.hidden.size(0))
                .sum();
        Rows rows = new Rows(start, share.hidden.size(0));
        Tensor losses = rows.logSumExp().sub_(rows.of(target, 1).sum(FIRST));
        share.loss.copy_(losses.toType(ScalarType.Double).sum().mul_(new Scalar(head.scale())));
        torch.sum_out(share.hiddenGradient, rows.of(hiddenGradient, 1), FIRST);
        share.hiddenGradient.mul_(new Scalar(head.scale()));
    }

    /** Rows {@code start} to {@code start + count}. */
    private final class Rows {
        final long start;
        final long count;

        Rows(long start, long count) {
            this.start = start;
            this.count = count;
        }

        Tensor of(Tensor all, int dimension) {
            return all.narrow(dimension, start, count);
        }

        Tensor hidden() {
            return of(hidden, 0);
        }

        /** Over the whole vocabulary, {@code [count]}. */
        Tensor logSumExp() {
            return of(logSumExp, 1).logsumexp(0);
        }
    }

    /** Rows {@code start} to {@code end} of the weight. */
    private final class Slice {
        final int number;
        final long start;
        final long size;
        final Tensor buffer;

        Slice(int number, long start, long end) {
            this.number = number;
            this.start = start;
            this.size = end - start;
            buffer = hidden.new_empty(blockRows, size);
        }

        private Tensor rows(Tensor weight) {
            return weight.narrow(0, start, size);
        }

        private Tensor elements(Tensor bias) {
            return bias.view(-1).narrow(0, start, size);
        }

        private Tensor weight() {
            return rows(head.weight().tensor().detach());
        }

        /** Logits, then probabilities within this slice, {@code [rows, size]}. */
        private Tensor logits(Rows rows) {
            return buffer.narrow(0, 0, rows.count);
        }

        void normalize(Rows rows) {
            Tensor logits = torch.mm_out(logits(rows), rows.hidden(), weight().t());
            if (head.bias() != null) {
                logits.add_(elements(head.bias().tensor().detach()));
            }
            Labels own = new Labels(rows);
            Tensor mean = logits.gather(1, own.index).mul_(own.certain);
            if (head.smoothing() > 0) {
                mean.add_(logits.sum(LAST, true, new ScalarTypeOptional()), new Scalar(spread()));
            }
            rows.of(target, 1).select(0, number).copy_(mean.squeeze(1));
            Tensor max = logits.amax(LAST, false);
            torch.softmax_out(logits, logits, 1);
            // log Σ exp = max - log p(max), which can't overflow, and p(max) >= 1 / size
            rows.of(logSumExp, 1)
                    .select(0, number)
                    .copy_(max.sub_(logits.amax(LAST, false).log_()));
        }

        void gradients(Rows rows) {
            Tensor slope = logits(rows);
            if (slices.size() > 1) {
                Tensor share = rows.of(logSumExp, 1)
                        .select(0, number)
                        .sub(rows.logSumExp())
                        .exp_();
                slope.mul_(share.unsqueeze(1)); // probabilities within the whole vocabulary
            }
            Labels own = new Labels(rows);
            slope.scatter_add_(1, own.index, own.certain.neg());
            if (head.smoothing() > 0) {
                slope.sub_(new Scalar(spread()));
            }
            torch.mm_out(rows.of(hiddenGradient.select(0, number), 0), slope, weight());
            if (weightGradient != null) {
                Scalar keep = new Scalar(rows.start == 0 ? 0.0 : 1.0);
                rows(weightGradient).addmm_(slope.t(), rows.hidden(), keep, new Scalar(head.scale()));
            }
            if (biasGradient != null) {
                elements(biasGradient).add_(slope.sum(0), new Scalar(head.scale()));
            }
        }

        /** What each word gets of every label. */
        private double spread() {
            return head.smoothing() / head.weight().shape()[0];
        }

        /** The labels in this slice, {@code [rows, 1]} each. */
        private final class Labels {
            final Tensor index; // within the slice, any for rows whose label isn't in it
            final Tensor certain; // the part that isn't spread, 0 for rows whose label isn't in the slice

            Labels(Rows rows) {
                Tensor all = rows.of(labels, 0).unsqueeze(1).sub(new Scalar(start));
                index = all.clamp(new ScalarOptional(new Scalar(0L)), new ScalarOptional(new Scalar(size - 1)));
                certain = index.eq(all).toType(ScalarType.Float).mul_(new Scalar(1 - head.smoothing()));
            }
        }
    }
}
