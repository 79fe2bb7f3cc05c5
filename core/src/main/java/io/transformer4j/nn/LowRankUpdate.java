package io.transformer4j.nn;

import io.transformer4j.torch.TensorScope;
import java.util.List;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * What is added to some outputs of a {@link Linear}: {@code scale · B A dropout(x)}, with {@code A [rank, inputs]} random and {@code B
 * [outputs, rank]} zero at first (LoRA; Hu et al. 2021, §4.1). Where several maps are one product, each has updates of its own.
 */
public final class LowRankUpdate extends Module {
    private final Range outputs;
    private final double scale;
    private final double dropoutProbability;
    private final Dropout dropout;
    private final Linear down;
    private final Linear up;

    /** Half-open: some outputs of a linear map. */
    public record Range(long first, long end) {
        long size() {
            return end - first;
        }

        Range intersection(Range other) {
            long from = Math.max(first, other.first);
            return new Range(from, Math.max(from, Math.min(end, other.end)));
        }
    }

    /**
     * An update without weights.
     *
     * @param outputs of the map which it changes
     * @param scale of the product; {@code alpha / rank} in the paper
     * @param dropout of the input
     */
    public LowRankUpdate(long inputSize, Range outputs, int rank, double scale, double dropout) {
        this.outputs = outputs;
        this.scale = scale;
        this.dropoutProbability = dropout;
        this.dropout = child("dropout", new Dropout(dropout));
        // As nn.Linear and PEFT begin: uniform in ±1/√inputs.
        this.down = child(
                "down", new Linear(inputSize, rank, false, Initializer.uniform(1 / Math.sqrt((double) inputSize))));
        this.up = child("up", new Linear(rank, outputs.size(), false, Initializer.constant(0)));
    }

    /** One of the same shape and settings, without weights. */
    LowRankUpdate another() {
        return new LowRankUpdate(
                down.weight().shape()[1], outputs, Math.toIntExact(up.weight().shape()[1]), scale, dropoutProbability);
    }

    /** {@code A [rank, inputs]}. */
    public Parameter down() {
        return down.weight();
    }

    /** {@code B [outputs, rank]}. */
    public Parameter up() {
        return up.weight();
    }

    /** The outputs that are changed. */
    public Range outputs() {
        return outputs;
    }

    /** The part of the update that lies in {@code wanted}, which must overlap: {@code [tokens, outputs]}. */
    Tensor forward(Tensor input, Range wanted) {
        Range part = outputs.intersection(wanted);
        Tensor narrow = down.forward(dropout.forward(input)); // [tokens, rank]
        return up.forward(narrow, part.first() - outputs.first(), part.size()).mul(new Scalar(scale));
    }

    /** Adds {@code scale · B A} to the rows of {@code weight} that belong to the outputs. */
    void mergeInto(Parameter weight) {
        try (TensorScope scope = new TensorScope();
                NoGradGuard guard = new NoGradGuard()) {
            Tensor product = up().tensor().mm(down().tensor()).mul(new Scalar(scale)); // [outputs, inputs]
            weight.tensor().narrow(0, outputs.first(), outputs.size()).add_(product);
        }
        List.of(down(), up()).forEach(Parameter::close);
    }
}
