package io.transformer4j.nn;

import io.transformer4j.torch.TensorScope;
import java.util.Arrays;
import java.util.Optional;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * A trainable tensor of a {@link Module}. It has a shape from the start and memory only once it is {@linkplain
 * #initialize initialized}, {@linkplain #allocate allocated}, {@linkplain #take taken} or {@linkplain #share shared}, so that building a module costs
 * nothing. The memory lives outside all scopes until {@link #close}.
 *
 * <p>Not thread-safe; several {@linkplain #share sharing} parameters may be used by one thread each.
 */
public final class Parameter implements AutoCloseable {
    private final long[] shape;
    private final Initializer initializer;
    private @Nullable Tensor tensor;
    private boolean trainable = true;

    /** A parameter without memory. */
    public Parameter(Initializer initializer, long... shape) {
        this.initializer = initializer;
        this.shape = shape.clone();
    }

    /** The shape. */
    public long[] shape() {
        return shape.clone();
    }

    /** Number of elements. */
    public long numel() {
        return Arrays.stream(shape).reduce(1, Math::multiplyExact);
    }

    /** Allocates float32 memory on {@code device} and fills it. */
    public void initialize(Device device, Generator generator) {
        try (TensorScope scope = new TensorScope();
                NoGradGuard guard = new NoGradGuard()) {
            Tensor fresh = torch.empty(shape, new TensorOptions(ScalarType.Float), null);
            initializer.fill(fresh, generator);
            adopt(fresh.to(device, ScalarType.Float));
        }
    }

    /** Gives this parameter float32 memory on {@code device}, with any values, unless it has memory already. */
    public void allocate(Device device) {
        if (tensor == null) {
            try (TensorScope scope = new TensorScope();
                    NoGradGuard guard = new NoGradGuard()) {
                adopt(torch.empty(shape, new TensorOptions(ScalarType.Float), null)
                        .to(device, ScalarType.Float));
            }
        }
    }

    /**
     * Uses the memory of {@code values} from now on, without a copy.
     *
     * @param values contiguous float32, an autograd leaf that nobody else trains
     * @throws IllegalArgumentException if the shape is another one
     */
    public void take(Tensor values) {
        long[] given = values.sizes().vec().get();
        if (!Arrays.equals(given, shape)) {
            throw new IllegalArgumentException("values of shape " + Arrays.toString(given)
                    + " don't fit a parameter of shape " + Arrays.toString(shape));
        }
        adopt(values);
    }

    /** Uses the memory of {@code other} with a gradient of its own: an update of one is seen by both. */
    public void share(Parameter other) {
        try (TensorScope scope = new TensorScope()) {
            trainable = other.trainable;
            adopt(other.tensor().detach());
        }
    }

    private void adopt(Tensor values) {
        close();
        values.set_requires_grad(trainable);
        tensor = TensorScope.retain(values);
    }

    /**
     * The values as an autograd leaf, owned by this parameter.
     *
     * @throws IllegalStateException if there are none yet
     */
    public Tensor tensor() {
        if (tensor == null) {
            throw new IllegalStateException("the model has no weights yet: initialize or load them first");
        }
        return tensor;
    }

    /** Whether {@link #tensor} would return values. */
    public boolean hasValues() {
        return tensor != null;
    }

    /** Whether gradients are computed for it. */
    public boolean trainable() {
        return trainable;
    }

    /** Freezes ({@code false}) or unfreezes it. */
    public void setTrainable(boolean trainable) {
        this.trainable = trainable;
        if (tensor != null) {
            tensor.set_requires_grad(trainable);
        }
    }

    /** The gradient accumulated so far; empty if no backward pass reached this parameter. Owned by the open scope. */
    public Optional<Tensor> grad() {
        Tensor grad = tensor().grad();
        return grad.defined() ? Optional.of(grad) : Optional.empty();
    }

    /** Adds {@code gradient} to the gradient; takes it over without a copy if there is none yet. */
    void accumulate(Tensor gradient) {
        Tensor grad = tensor().mutable_grad();
        if (grad.defined()) {
            grad.add_(gradient);
        } else {
            grad.put(gradient);
        }
    }

    /** Adds {@code rows} to the gradient's rows {@code index}: what a dense gradient of a look-up would add. */
    void accumulateRows(Tensor index, Tensor rows) {
        Tensor grad = tensor().mutable_grad();
        if (!grad.defined()) {
            grad.put(torch.zeros_like(tensor()));
        }
        grad.index_add_(0, index, rows);
    }

    /** Gives the gradient, if there is one, to a parameter of the same shape that has none. */
    public void moveGradTo(Parameter other) {
        Tensor grad = tensor().mutable_grad();
        if (grad.defined()) {
            other.tensor().mutable_grad().put(grad);
            grad.reset();
        }
    }

    /** Drops the gradient, so that the next backward pass stores its own instead of adding to it. */
    public void clearGrad() {
        try (TensorScope scope = new TensorScope()) {
            tensor().mutable_grad().reset();
        }
    }

    /** Frees the memory; the parameter is then as when it was built. */
    @Override
    public void close() {
        if (tensor != null) {
            TensorScope.release(tensor);
            tensor = null;
        }
    }

    @Override
    public String toString() {
        return "Parameter" + Arrays.toString(shape);
    }
}
