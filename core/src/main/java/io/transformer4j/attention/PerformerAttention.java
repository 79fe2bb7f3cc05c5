package io.transformer4j.attention;

import io.transformer4j.nn.Dropout;
import io.transformer4j.torch.ComputePool;
import io.transformer4j.torch.CustomGradient;
import io.transformer4j.torch.TensorScope;
import java.util.List;
import java.util.function.Consumer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * Linear attention by positive orthogonal random features, FAVOR+ (Choromanski et al. 2021, §2): {@code exp(q · k)} is the
 * expectation of {@code φ(q) · φ(k)} with {@code φ(x)_r = exp(w_r · x - |x|² / 2) / √m}, so keys and values can be summed up
 * once for all queries. Time grows with the length times the number of features {@code m}; memory with the length, since
 * features are computed for a stretch of positions at a time, and again in the backward pass. The error falls as {@code
 * 1/√m}.
 *
 * <p>Exponents are taken relative to their maximum: over a query's features, and over all features of all keys. Both
 * factors cancel out. There are no weights, so dropout falls on the mixed values.
 */
public final class PerformerAttention implements Attention {
    /** Positions computed at a time. */
    private static final int STRETCH = 256;
    /** Features held at a time. */
    private static final int MAX_FEATURES = 1 << 20;
    /** Groups of rows that the work is divided into at least, so that several threads find some. */
    private static final int MIN_GROUPS = 4;

    private static final double TINY = 1e-30;

    private final double scale;
    private final Dropout dropout;
    private final int count;
    private final RandomFeatures features;
    private final double epsilon;

    /**
     * The kernel with features drawn from {@code seed}.
     *
     * @param features number of random features {@code m}
     * @param redraw whether each training pass draws new features, from the stream of {@code dropout}
     */
    public PerformerAttention(double scale, Dropout dropout, int features, long seed, boolean redraw) {
        this(scale, dropout, 0, features, like -> {
            long current = redraw && dropout.isTraining() ? dropout.nextSeed() : seed;
            return RandomFeatures.orthogonal(features, like.size(3), current).to(like.device(), like.scalar_type());
        });
        if (features < 1) {
            throw new IllegalArgumentException("performer attention needs at least one feature, not " + features);
        }
    }

    /**
     * The kernel with given features.
     *
     * @param count their number
     * @param epsilon added to each feature after it was made relative to the maximum, as the paper's authors do; above 0 it
     *     biases the estimate towards the mean of all values
     */
    PerformerAttention(double scale, Dropout dropout, double epsilon, int count, RandomFeatures features) {
        this.scale = scale;
        this.dropout = dropout;
        this.epsilon = epsilon;
        this.count = count;
        this.features = features;
    }

    /** {@inheritDoc} The mask may hide padding and the future. */
    @Override
    public Tensor forward(Tensor query, Tensor key, Tensor value, AttentionMask mask) {
        Run[] run = new Run[1];
        Tensor mixed = CustomGradient.of(
                List.of(query, key, value),
                () -> {
                    run[0] = new Run(query, key, value, mask);
                    return run[0].forward().toType(query.scalar_type());
                },
                upstream -> run[0].backward(upstream));
        return dropout.forward(mixed);
    }

    @Override
    public boolean takesAnyQueries() {
        return true;
    }

    /**
     * {@inheritDoc} Features of queries and keys, sums over the keys and their mixture take {@code 2 · headSize} operations a feature
     * each; a causal mask adds the pairs of each stretch.
     */
    @Override
    public double pairs(int heads, long queryLength, long keyLength, boolean causal) {
        double linear = (double) count * (queryLength + keyLength);
        return causal ? linear + (double) queryLength * Math.min(STRETCH, keyLength) : linear;
    }

    private static boolean causal(Tensor query, Tensor key, AttentionMask mask) {
        if (mask.changesScores()) {
            throw new IllegalArgumentException(
                    "performer attention takes no additive mask: it has no scores to add to");
        }
        boolean causal = mask instanceof AttentionMask.Causal
                || (mask instanceof AttentionMask.Padding padding && padding.causal());
        if (causal && query.size(2) > 1 && query.size(2) != key.size(2)) {
            throw new IllegalArgumentException("causal performer attention takes one query or as many as keys ("
                    + key.size(2) + "), but got " + query.size(2));
        }
        return causal && query.size(2) > 1; // the last query sees everything
    }

    /** One forward pass, and the backward passes that follow it. */
    private final class Run {
        private final Tensor[] inputs;
        private final Tensor query; // [rows, queries, headSize], times √scale; a row is a head of a sequence
        private final Tensor key;
        private final Tensor value; // [rows, keys, headSize + 1]: a column of ones sums up the weights
        private final @Nullable Tensor visible; // [rows, keys, 1]: 0 where a key is hidden
        private final boolean causal;
        private final Tensor directions; // [features, headSize]
        private final Tensor keyMax; // [rows, 1, 1]
        private final Tensor output; // [rows, queries, headSize]
        private final Tensor norm; // [rows, queries, 1]
        private final int groupSize;

        Run(Tensor query, Tensor key, Tensor value, AttentionMask mask) {
            inputs = new Tensor[] {query, key, value};
            causal = causal(query, key, mask);
            Scalar root = new Scalar(Math.sqrt(scale));
            this.query = rows(query).mul(root);
            this.key = rows(key).mul(root);
            Tensor plain = rows(value);
            this.value = torch.cat(new TensorVector(plain, plain.new_ones(plain.size(0), plain.size(1), 1)), 2);
            visible = mask instanceof AttentionMask.Padding padding ? visible(padding) : null;
            directions = features.directions(query).toType(this.query.scalar_type());
            keyMax = this.key.new_full(new long[] {this.key.size(0), 1, 1}, new Scalar(Double.NEGATIVE_INFINITY));
            output = plain.new_empty(this.query.size(0), this.query.size(1), plain.size(2));
            norm = plain.new_empty(this.query.size(0), this.query.size(1), 1);
            groupSize = (int) Math.max(
                    1, Math.min(MAX_FEATURES / (STRETCH * directions.size(0)), this.query.size(0) / MIN_GROUPS));
        }

        private static Tensor rows(Tensor tensor) {
            Tensor full = tensor.scalar_type().intern() == ScalarType.Double ? tensor : tensor.toType(ScalarType.Float);
            return full.contiguous().view(-1, tensor.size(2), tensor.size(3));
        }

        private Tensor visible(AttentionMask.Padding padding) {
            Tensor real = padding.realKeys().toType(query.scalar_type());
            return real.unsqueeze(1)
                    .expand(real.size(0), query.size(0) / real.size(0), real.size(1))
                    .reshape(query.size(0), real.size(1), 1);
        }

        Tensor forward() {
            forEachGroup(group -> {
                group.findMaximum();
                group.forward();
            });
            return output.view(inputs[0].size(0), inputs[0].size(1), inputs[0].size(2), inputs[2].size(3));
        }

        @Nullable
        Tensor[] backward(Tensor upstream) {
            Tensor ofOutput = rows(upstream);
            Tensor mean = RandomFeatures.rowSum(ofOutput.mul(output)).neg_();
            Tensor ofSums = torch.cat(new TensorVector(ofOutput, mean), 2).div_(norm); // [rows, queries, headSize + 1]
            Gradients gradients =
                    new Gradients(torch.empty_like(query), torch.empty_like(key), torch.empty_like(value));
            forEachGroup(group -> group.backward(ofSums, gradients));
            Scalar root = new Scalar(Math.sqrt(scale));
            return new Tensor[] {
                like(gradients.query().mul_(root), inputs[0]),
                like(gradients.key().mul_(root), inputs[1]),
                like(gradients.value().narrow(2, 0, output.size(2)), inputs[2])
            };
        }

        private void forEachGroup(Consumer<Group> work) {
            int groups = (int) ((query.size(0) + groupSize - 1) / groupSize);
            ComputePool.inParts(groups, number -> {
                long first = (long) number * groupSize;
                work.accept(new Group(first, Math.min(groupSize, query.size(0) - first)));
            });
        }

        private static Tensor like(Tensor gradient, Tensor input) {
            return gradient.reshape(input.sizes().vec().get()).toType(input.scalar_type());
        }

        /** Gradients of the scaled query, the scaled key, and the value with its column of ones. */
        private record Gradients(Tensor query, Tensor key, Tensor value) {}

        /** Features of some positions: {@code positive} includes {@code epsilon} and what is hidden, for which it is 0. */
        private record Stretch(Tensor input, Tensor positive, Tensor exponential) {}

        /** Some rows, computed together. */
        private final class Group {
            private final long first;
            private final long count;

            Group(long first, long count) {
                this.first = first;
                this.count = count;
            }

            private Tensor of(Tensor rows) {
                return rows.narrow(0, first, count);
            }

            private Tensor part(Tensor rows, long position) {
                return of(rows).narrow(1, position, Math.min(STRETCH, rows.size(1) - position));
            }

            void findMaximum() {
                Tensor max = of(keyMax);
                for (long at = 0; at < key.size(1); at += STRETCH) {
                    try (TensorScope scope = new TensorScope()) {
                        Tensor top = projected(part(key, at)).amax(new long[] {1, 2}, true);
                        max.copy_(torch.maximum(max, top));
                    }
                }
            }

            private Tensor projected(Tensor input) {
                return input.matmul(directions.t()); // [count, positions, features]
            }

            private Stretch queries(long at) {
                Tensor input = part(query, at);
                Tensor projected = projected(input);
                return features(input, projected, projected.amax(new long[] {2}, true));
            }

            private Stretch keys(long at) {
                Tensor input = part(key, at);
                Stretch all = features(input, projected(input), of(keyMax));
                if (visible == null) {
                    return all;
                }
                Tensor factor = part(visible, at);
                return new Stretch(
                        input, all.positive().mul(factor), all.exponential().mul(factor));
            }

            private Stretch features(Tensor input, Tensor projected, Tensor max) {
                Tensor half = RandomFeatures.rowSum(input.mul(input)).mul_(new Scalar(0.5));
                Scalar factor = new Scalar(1 / Math.sqrt((double) directions.size(0)));
                Tensor exponential = projected.sub_(half.add_(max)).exp_().mul_(factor);
                Tensor positive = epsilon == 0
                        ? exponential
                        : exponential.add(new Scalar(epsilon / Math.sqrt((double) directions.size(0))));
                return new Stretch(input, positive, exponential);
            }

            /** The gradient of the input of {@code φ}; the maximum counts as a constant. */
            private Tensor ofInput(Stretch stretch, Tensor ofFeatures) {
                Tensor ofExponents = ofFeatures.mul(stretch.exponential());
                return ofExponents
                        .matmul(directions)
                        .sub_(RandomFeatures.rowSum(ofExponents).mul(stretch.input()));
            }

            private Tensor newSums() {
                return value.new_zeros(count, directions.size(0), value.size(2));
            }

            void forward() {
                try (TensorScope scope = new TensorScope()) {
                    Tensor sums = causal ? newSums() : allKeys(); // [count, features, headSize + 1]
                    for (long at = 0; at < query.size(1); at += STRETCH) {
                        try (TensorScope inner = new TensorScope()) {
                            Stretch queries = queries(at);
                            Tensor mixed = torch.bmm(queries.positive(), sums);
                            if (causal) {
                                Stretch keys = keys(at);
                                mixed.baddbmm_(weights(queries, keys), part(value, at));
                                add(sums, keys, part(value, at));
                            }
                            long size = output.size(2);
                            Tensor norms = part(norm, at)
                                    .copy_(mixed.narrow(2, size, 1).clamp_min_(new Scalar(TINY)));
                            torch.div_out(part(output, at), mixed.narrow(2, 0, size), norms);
                        }
                    }
                }
            }

            private Tensor allKeys() {
                Tensor sums = newSums();
                for (long at = 0; at < key.size(1); at += STRETCH) {
                    try (TensorScope scope = new TensorScope()) {
                        add(sums, keys(at), part(value, at));
                    }
                }
                return sums;
            }

            private void add(Tensor sums, Stretch stretch, Tensor right) {
                sums.baddbmm_(stretch.positive().transpose(1, 2), right);
            }

            /** What the positions of a stretch give to each other. */
            private Tensor weights(Stretch queries, Stretch keys) {
                return torch.bmm(queries.positive(), keys.positive().transpose(1, 2))
                        .tril_();
            }

            void backward(Tensor ofSums, Gradients gradients) {
                try (TensorScope scope = new TensorScope()) {
                    Tensor earlier = causal ? newSums() : allKeys();
                    Tensor later = newSums(); // what queries ask of the keys before them
                    for (long at = 0; at < query.size(1); at += STRETCH) {
                        try (TensorScope inner = new TensorScope()) {
                            backwardOfQueries(at, ofSums, earlier, later, gradients);
                        }
                    }
                    long last = (key.size(1) - 1) / STRETCH * STRETCH;
                    for (long at = last; at >= 0; at -= STRETCH) {
                        try (TensorScope inner = new TensorScope()) {
                            backwardOfKeys(at, ofSums, later, gradients);
                        }
                    }
                }
            }

            private void backwardOfQueries(long at, Tensor ofSums, Tensor earlier, Tensor later, Gradients gradients) {
                Stretch queries = queries(at);
                Tensor upstream = part(ofSums, at);
                Tensor ofFeatures = torch.bmm(upstream, earlier.transpose(1, 2));
                if (causal) {
                    Stretch keys = keys(at);
                    ofFeatures.baddbmm_(ofWeights(upstream, at), keys.positive());
                    add(earlier, keys, part(value, at));
                } else {
                    add(later, queries, upstream);
                }
                part(gradients.query(), at).copy_(ofInput(queries, ofFeatures));
            }

            private Tensor ofWeights(Tensor upstream, long at) {
                return torch.bmm(upstream, part(value, at).transpose(1, 2)).tril_();
            }

            private void backwardOfKeys(long at, Tensor ofSums, Tensor later, Gradients gradients) {
                Stretch keys = keys(at);
                Tensor own = part(value, at);
                Tensor ofFeatures = torch.bmm(own, later.transpose(1, 2));
                Tensor ofValue = torch.bmm(keys.positive(), later);
                if (causal) {
                    Stretch queries = queries(at);
                    Tensor upstream = part(ofSums, at);
                    ofFeatures.baddbmm_(ofWeights(upstream, at).transpose(1, 2), queries.positive());
                    ofValue.baddbmm_(weights(queries, keys).transpose(1, 2), upstream);
                    add(later, queries, upstream);
                }
                part(gradients.value(), at).copy_(ofValue);
                part(gradients.key(), at).copy_(ofInput(keys, ofFeatures));
            }
        }
    }
}
