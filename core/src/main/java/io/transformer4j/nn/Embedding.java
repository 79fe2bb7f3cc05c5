package io.transformer4j.nn;

import io.transformer4j.torch.CustomGradient;
import java.util.OptionalLong;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * A table of vectors looked up by id.
 *
 * <p>Autograd's gradient of a look-up is a table of zeros with a few rows filled; with a vocabulary of 30,000 that costs
 * more than the rest of a small model's backward pass. Here the rows are added to the parameter's gradient directly.
 */
public final class Embedding extends Module {
    private final Parameter weight;
    private final OptionalLong paddingId;

    /** A table whose rows all get gradients. */
    public Embedding(long count, long size, Initializer initializer) {
        this(count, size, OptionalLong.empty(), initializer);
    }

    /**
     * A table.
     *
     * @param paddingId row that starts at zero and gets no gradient from look-ups (torch's {@code padding_idx})
     */
    public Embedding(long count, long size, OptionalLong paddingId, Initializer initializer) {
        this.paddingId = paddingId;
        Initializer rows =
                paddingId.isPresent() ? Initializer.zeroRow(initializer, paddingId.getAsLong()) : initializer;
        this.weight = parameter("weight", new Parameter(rows, count, size));
    }

    /**
     * Looks up rows.
     *
     * @param ids {@code [tokens]} int64
     * @return {@code [tokens, size]}
     */
    public Tensor forward(Tensor ids) {
        return observed(() -> cost((double) ids.numel() * weight.shape()[1]), ids, this::rows);
    }

    /** Forward a row of the table in, a row out; backward the gradient and a row of the table in, that row out. */
    private static Operator cost(double elements) {
        return Operator.elementwise(Operator.Kind.EMBEDDING, "look-up", 2 * elements, 3 * elements);
    }

    private Tensor rows(Tensor ids) {
        Tensor rows;
        try (NoGradGuard guard = new NoGradGuard()) {
            rows = weight.rows(ids);
        }
        if (!weight.trainable() || !GradMode.is_enabled()) {
            return rows;
        }
        rows.set_requires_grad(true);
        return CustomGradient.onGradient(rows, gradient -> {
            weight.accumulateRows(ids, withoutPadding(ids, gradient));
            return gradient;
        });
    }

    private Tensor withoutPadding(Tensor ids, Tensor gradient) {
        if (paddingId.isEmpty()) {
            return gradient;
        }
        Tensor isPadding = ids.eq(new Scalar(paddingId.getAsLong())).unsqueeze(-1); // [tokens, 1]
        return gradient.masked_fill(isPadding, new Scalar(0.0));
    }

    /** The table, {@code [count, size]}. */
    public Parameter weight() {
        return weight;
    }
}
