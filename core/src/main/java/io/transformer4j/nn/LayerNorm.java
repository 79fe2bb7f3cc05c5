package io.transformer4j.nn;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** Layer normalization with scale and shift (Ba et al. 2016), over the last dimension. */
public final class LayerNorm extends Norm {
    private final long[] size;
    private final double eps;
    private final Parameter weight;
    private final Parameter bias;

    /** Scale 1 and shift 0 at first; {@code eps} is added to the variance. */
    public LayerNorm(long size, double eps) {
        this.size = new long[] {size};
        this.eps = eps;
        this.weight = parameter("weight", new Parameter(Initializer.constant(1), size));
        this.bias = parameter("bias", new Parameter(Initializer.constant(0), size));
    }

    @Override
    Tensor normalized(Tensor input) {
        return torch.layer_norm(
                input, size, new TensorOptional(weight.tensor()), new TensorOptional(bias.tensor()), eps, true);
    }
}
