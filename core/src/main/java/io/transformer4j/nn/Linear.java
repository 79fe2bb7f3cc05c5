package io.transformer4j.nn;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** {@code y = x Wᵀ + b}, with {@code W} of shape {@code [outputSize, inputSize]} as in HF's {@code nn.Linear}. */
public final class Linear extends Module {
    private final Parameter weight;
    private final @Nullable Parameter bias;
    private List<LowRankUpdate> updates = List.of();

    /** A linear map with a bias of zeros, or without bias. */
    public Linear(long inputSize, long outputSize, boolean bias, Initializer initializer) {
        this.weight = matrix(parameter("weight", new Parameter(initializer, outputSize, inputSize)));
        this.bias = bias ? parameter("bias", new Parameter(Initializer.constant(0), outputSize)) : null;
    }

    /**
     * Applies the map.
     *
     * @param input {@code [tokens, inputSize]}
     * @return {@code [tokens, outputSize]}
     */
    public Tensor forward(Tensor input) {
        return forward(input, 0, weight.shape()[0]);
    }

    /**
     * Some of the outputs only.
     *
     * @param input {@code [tokens, inputSize]}
     * @param first the first output that is wanted
     * @param count number of outputs
     * @return {@code [tokens, count]}
     */
    public Tensor forward(Tensor input, long first, long count) {
        Tensor output = observed(
                () -> Operator.product(input.size(0), weight.shape()[1], count),
                input,
                rows -> weight.product(rows, bias, first, count));
        return updates.isEmpty() ? output : updated(output, input, new LowRankUpdate.Range(first, first + count));
    }

    private Tensor updated(Tensor output, Tensor input, LowRankUpdate.Range wanted) {
        TensorVector columns = new TensorVector();
        long at = wanted.first();
        for (LowRankUpdate update : updates) {
            LowRankUpdate.Range changed = update.outputs().intersection(wanted);
            if (changed.size() > 0) {
                if (changed.first() > at) {
                    columns.push_back(unchanged(output, changed.first() - at));
                }
                columns.push_back(update.forward(input, wanted));
                at = changed.end();
            }
        }
        if (columns.size() == 0) {
            return output;
        }
        if (at < wanted.end()) {
            columns.push_back(unchanged(output, wanted.end() - at));
        }
        return output.add(columns.size() == 1 ? columns.get(0) : torch.cat(columns, 1));
    }

    private static Tensor unchanged(Tensor output, long count) {
        return torch.zeros(new long[] {output.size(0), count}, output.options());
    }

    /**
     * Changes some outputs from now on, besides the weight.
     *
     * @param added in the order of the outputs, not overlapping; empty to change none any more
     */
    public void setUpdates(List<LowRankUpdate> added) {
        for (int i = 0; i < updates.size(); i++) {
            remove("updates." + i);
        }
        updates = List.copyOf(added);
        for (int i = 0; i < updates.size(); i++) {
            child("updates." + i, updates.get(i));
        }
    }

    /** What changes outputs besides the weight. */
    public List<LowRankUpdate> updates() {
        return updates;
    }

    /** Has the same kind of updates as {@code other}, without weights. */
    public void setUpdatesLike(Linear other) {
        setUpdates(other.updates.stream().map(LowRankUpdate::another).toList());
    }

    /** Adds the updates to the weight: the outputs stay the same, and cost no more than before. */
    public void mergeUpdates() {
        updates.forEach(update -> update.mergeInto(weight));
        setUpdates(List.of());
    }

    /** The weight, {@code [outputSize, inputSize]}. */
    public Parameter weight() {
        return weight;
    }
}
