package io.transformer4j.nn;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Division by the root mean square, with scale and without shift (Zhang and Sennrich 2019, eq. 4). */
public final class RMSNorm extends Norm {
    private static final long[] LAST = {-1};

    private final double eps;
    private final Parameter weight;

    /** Scale 1 at first; {@code eps} is added to the mean of the squares. */
    public RMSNorm(long size, double eps) {
        this.eps = eps;
        this.weight = parameter("weight", new Parameter(Initializer.constant(1), size));
    }

    /** {@inheritDoc} In float32, as in HF, whatever the input is. */
    @Override
    Tensor normalized(Tensor input) {
        Tensor rows = input.toType(ScalarType.Float);
        Tensor variance = rows.square().mean(LAST, true, new ScalarTypeOptional()); // [tokens, 1]
        return rows.mul(variance.add(new Scalar(eps)).rsqrt())
                .toType(input.scalar_type())
                .mul(weight.tensor());
    }
}
