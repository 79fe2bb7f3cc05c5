package io.transformer4j.models;

import org.bytedeco.pytorch.Tensor;

/**
 * What a {@link TrainableModel} is if its loss compares all sequences of a batch with each other. Workers then compute vectors of their
 * parts, one of them the loss of all, and each goes back through its part with the gradients of its vectors (Gao et al. 2021, §3).
 */
public interface BatchComparing {
    /** A vector of each sequence, {@code [batch, width]}. */
    Tensor represent(ModelInputs inputs);

    /**
     * The loss of a whole batch.
     *
     * @param vectors {@code [batch, width]}, differentiable
     * @param totals over all batches of a step
     * @throws IllegalArgumentException if the targets don't say how the sequences belong together
     */
    TrainableModel.Loss compare(Tensor vectors, TrainableModel.Targets targets, TrainableModel.Totals totals);
}
