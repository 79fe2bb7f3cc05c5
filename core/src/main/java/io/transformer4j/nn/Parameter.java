package io.transformer4j.nn;

import io.transformer4j.torch.TensorScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * A trainable tensor of a {@link Module}. It has a shape from the start and memory only once it is {@linkplain
 * #initialize initialized}, {@linkplain #allocate allocated}, {@linkplain #take taken} or {@linkplain #share shared}, so that building a module costs
 * nothing. The memory lives outside all scopes until {@link #close}. A matrix may also be used {@linkplain #takeStored as it is
 * stored}, {@linkplain #transposeInMemory transposed} or {@linkplain #quantize in 8 bits}.
 *
 * <p>Not thread-safe; several {@linkplain #share sharing} parameters may be used by one thread each.
 */
public final class Parameter implements AutoCloseable {
    private final long[] shape;
    private final Initializer initializer;
    private volatile @Nullable Tensor tensor;
    private volatile @Nullable StoredMatrix stored;
    private @Nullable QuantizedMatrix quantized;
    private boolean trainable = true;
    private final List<LookedUpRows> lookedUp = new ArrayList<>();

    /** A part of the gradient that is zero but in some rows; retained. */
    private record LookedUpRows(Tensor index, Tensor rows) implements AutoCloseable {
        @Override
        public void close() {
            TensorScope.release(index);
            TensorScope.release(rows);
        }
    }

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
        if (!hasValues()) {
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
        checkShape(sizes(values));
        adopt(values);
    }

    /**
     * Uses this matrix where a checkpoint has it, in parts that stand one below the other. Products without gradients never
     * copy it; whatever else needs it has it put together first, once, by {@link #tensor}.
     *
     * @param parts {@code [outputs, inputs]} float32, dense and of any strides, on a private mapping that nobody else uses
     * @throws IllegalArgumentException if together they have another shape
     */
    public void takeStored(List<Tensor> parts) {
        checkShape(
                parts.stream().mapToLong(part -> part.size(0)).sum(),
                parts.get(0).size(1));
        close();
        stored = StoredMatrix.of(parts);
    }

    private void checkShape(long... given) {
        if (!Arrays.equals(given, shape)) {
            throw new IllegalArgumentException("values of shape " + Arrays.toString(given)
                    + " don't fit a parameter of shape " + Arrays.toString(shape));
        }
    }

    /** As {@code values.shape()}, without a native vector. */
    private static long[] sizes(Tensor values) {
        long[] sizes = new long[Math.toIntExact(values.dim())];
        Arrays.setAll(sizes, values::size);
        return sizes;
    }

    /** Uses the memory of {@code other} with a gradient of its own: an update of one is seen by both. */
    public void share(Parameter other) {
        trainable = other.trainable;
        if (other.quantized != null) {
            QuantizedMatrix shared = other.quantized.share();
            close();
            quantized = shared;
            return;
        }
        try (TensorScope scope = new TensorScope()) {
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
     * @throws IllegalStateException if there are none yet, or only {@linkplain #quantize quantized} ones
     */
    public Tensor tensor() {
        if (stored != null) {
            joinStored();
        }
        if (quantized != null) {
            throw new IllegalStateException(
                    "the model's weights are in 8 bits, for inference only: load it again to train or save it");
        }
        if (tensor == null) {
            throw new IllegalStateException("the model has no weights yet: initialize or load them first");
        }
        return tensor;
    }

    private synchronized void joinStored() {
        StoredMatrix parts = stored;
        if (parts != null) {
            try (TensorScope scope = new TensorScope()) {
                Tensor whole = parts.joined();
                whole.set_requires_grad(trainable);
                tensor = TensorScope.retain(whole);
                stored = null;
                parts.close();
            }
        }
    }

    /** Whether there are values, in whatever form. */
    public boolean hasValues() {
        return tensor != null || stored != null || quantized != null;
    }

    /**
     * Stores this matrix in 8 bits, with a scale for each row, and frees the float32 values. From then on it can be
     * multiplied with and looked up in, but neither trained nor saved.
     *
     * @param inputBytes 1 or 2: how many bytes each element of the other factor gets in a product
     * @throws IllegalArgumentException if it isn't a matrix, or on another device than the CPU
     */
    public void quantize(int inputBytes) {
        if (shape.length != 2 || !tensor().device().is_cpu()) {
            throw new IllegalArgumentException(
                    "only matrices on the CPU can be stored in 8 bits, not a parameter of shape "
                            + Arrays.toString(shape) + " on "
                            + tensor().device().str().getString());
        }
        QuantizedMatrix smaller = QuantizedMatrix.of(tensor(), inputBytes);
        close();
        quantized = smaller;
    }

    /**
     * Stores this matrix by columns, as oneDNN reads it fastest: products of few rows without gradients then take down to a third of
     * the time (ADR 0002). Whatever else needs the values puts them back first, once. Does nothing to what is no matrix, is
     * stored so already or in 8 bits, or lies on another device than the CPU.
     */
    public void transposeInMemory() {
        if (shape.length != 2 || quantized != null || (stored != null && stored.isTransposed())) {
            return;
        }
        StoredMatrix before = stored;
        if (before == null) {
            if (!tensor().is_cpu()) {
                return;
            }
            before = StoredMatrix.ofMemory(tensor());
        }
        StoredMatrix transposed = before.transposed();
        before.close();
        stored = null;
        close();
        stored = transposed;
    }

    /** Whether the values are in 8 bits. */
    public boolean isQuantized() {
        return quantized != null;
    }

    /** Bytes of the values; 0 if there are none. */
    public long bytes() {
        if (quantized != null) {
            return quantized.bytes();
        }
        return hasValues() ? numel() * Float.BYTES : 0;
    }

    /**
     * {@code x Wᵀ + b} with this matrix as {@code W}.
     *
     * @param input {@code [rows, inputs]}
     * @param bias {@code [outputs]}, or null
     * @return {@code [rows, outputs]}
     */
    public Tensor product(Tensor input, @Nullable Parameter bias) {
        return product(input, bias, 0, shape[0]);
    }

    /** As {@link #product}, with {@code count} rows of this matrix from {@code first}: some of the outputs. */
    Tensor product(Tensor input, @Nullable Parameter bias, long first, long count) {
        boolean all = count == shape[0];
        Tensor added =
                bias == null ? null : flat(all ? bias.tensor() : bias.tensor().narrow(0, first, count));
        if (quantized != null) {
            return (all ? quantized : quantized.narrow(first, count)).multiply(input, added);
        }
        StoredMatrix inPlace = GradMode.is_enabled() ? null : stored;
        if (inPlace != null) {
            return (all ? inPlace : inPlace.narrow(first, count)).multiply(input, added);
        }
        return Product.of(input, all ? tensor() : tensor().narrow(0, first, count), added);
    }

    /** A head's bias may be a row. */
    private static Tensor flat(Tensor bias) {
        return bias.dim() == 1 ? bias : bias.view(-1);
    }

    /** Rows {@code ids [ids]} of this matrix. */
    Tensor rows(Tensor ids) {
        if (quantized != null) {
            return quantized.rows(ids);
        }
        StoredMatrix inPlace = GradMode.is_enabled() ? null : stored;
        return inPlace != null && inPlace.isWhole() ? inPlace.rows(ids) : tensor().index_select(0, ids);
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
        addLookedUpRows();
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

    /**
     * Adds {@code rows} to the gradient's rows {@code index}: what a dense gradient of a look-up would add. As long as there
     * is no gradient, they are only kept: a large table needs no zeros for them if it gets a gradient of other uses.
     */
    void accumulateRows(Tensor index, Tensor rows) {
        Tensor grad = tensor().mutable_grad();
        if (grad.defined()) {
            grad.index_add_(0, index, rows);
        } else {
            lookedUp.add(new LookedUpRows(TensorScope.retain(index.detach()), TensorScope.retain(rows.detach())));
        }
    }

    private void addLookedUpRows() {
        if (lookedUp.isEmpty()) {
            return;
        }
        try (TensorScope scope = new TensorScope();
                NoGradGuard guard = new NoGradGuard()) {
            Tensor grad = tensor().mutable_grad();
            if (!grad.defined()) {
                grad.put(torch.zeros_like(tensor()));
            }
            lookedUp.forEach(part -> grad.index_add_(0, part.index, part.rows));
        }
        dropLookedUpRows();
    }

    private void dropLookedUpRows() {
        lookedUp.forEach(LookedUpRows::close);
        lookedUp.clear();
    }

    /**
     * Gives as much of the gradient as costs nothing to a parameter of the same shape: rows of look-ups, and everything if
     * the other one has no gradient yet.
     */
    public void moveGradTo(Parameter other) {
        try (TensorScope scope = new TensorScope();
                NoGradGuard guard = new NoGradGuard()) {
            Tensor grad = tensor().mutable_grad();
            Tensor otherGrad = other.tensor().mutable_grad();
            if (grad.defined() && !otherGrad.defined()) {
                otherGrad.put(grad);
                grad.reset();
            }
            lookedUp.forEach(part -> other.accumulateRows(part.index, part.rows));
        }
        dropLookedUpRows();
    }

    /** Drops the gradient, so that the next backward pass stores its own instead of adding to it. */
    public void clearGrad() {
        try (TensorScope scope = new TensorScope()) {
            tensor().mutable_grad().reset();
        }
        dropLookedUpRows();
    }

    /** Frees the memory; the parameter is then as when it was built. */
    @Override
    public void close() {
        dropLookedUpRows();
        if (tensor != null) {
            TensorScope.release(tensor);
            tensor = null;
        }
        if (stored != null) {
            stored.close();
            stored = null;
        }
        if (quantized != null) {
            quantized.close();
            quantized = null;
        }
    }

    @Override
    public String toString() {
        return "Parameter" + Arrays.toString(shape);
    }
}
