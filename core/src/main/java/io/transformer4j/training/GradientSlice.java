package io.transformer4j.training;

import io.transformer4j.nn.Parameter;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * A stretch of a parameter's elements: the unit of work when gradients are summed and applied, so that a large embedding
 * is shared out among the workers like everything else.
 *
 * @param parameter index in the list of trainable parameters
 */
record GradientSlice(int parameter, long offset, long length) {
    private static final long MAX_LENGTH = 1 << 18;

    /** The stretches of all parameters, in order. */
    static List<GradientSlice> of(List<Parameter> parameters) {
        List<GradientSlice> slices = new ArrayList<>();
        for (int i = 0; i < parameters.size(); i++) {
            long numel = parameters.get(i).numel();
            for (long offset = 0; offset < numel; offset += MAX_LENGTH) {
                slices.add(new GradientSlice(i, offset, Math.min(MAX_LENGTH, numel - offset)));
            }
        }
        return List.copyOf(slices);
    }

    /** This stretch of a tensor of the parameter's shape, as a view. */
    Tensor of(Tensor tensor) {
        return tensor.view(-1).narrow(0, offset, length);
    }
}
