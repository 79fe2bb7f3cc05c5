package io.transformer4j.nn;

import io.transformer4j.torch.MappedMemory;
import io.transformer4j.torch.Precision;
import io.transformer4j.torch.TensorScope;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * A matrix in another form than training wants: as it stands in a memory-mapped checkpoint, in parts, one below the other, of any
 * strides (a transposed one is a view); or {@linkplain #transposed transposed in memory}. Products use it where it is; only training
 * needs it {@linkplain #joined in one piece}.
 *
 * <p>Immutable and thread-safe; the memory lasts until {@link #close}.
 */
final class StoredMatrix implements AutoCloseable {
    /** {@code [outputs of the part, inputs]} float32. */
    private final List<Tensor> parts;

    private final boolean mapped;

    private StoredMatrix(List<Tensor> parts, boolean mapped) {
        this.parts = List.copyOf(parts);
        this.mapped = mapped;
    }

    /**
     * A matrix of parts.
     *
     * @param parts {@code [outputs, inputs]} float32, each dense and on a private mapping that nobody else uses
     */
    static StoredMatrix of(List<Tensor> parts) {
        parts.forEach(TensorScope::retain);
        return new StoredMatrix(parts, true);
    }

    /** A matrix in memory, {@code [outputs, inputs]} float32, in one piece. */
    static StoredMatrix ofMemory(Tensor matrix) {
        return new StoredMatrix(List.of(TensorScope.retain(matrix.detach())), false);
    }

    /** A copy in memory whose parts are contiguous by columns, as oneDNN reads them fastest. */
    StoredMatrix transposed() {
        try (TensorScope scope = new TensorScope();
                NoGradGuard guard = new NoGradGuard()) {
            List<Tensor> copies = new ArrayList<>();
            for (Tensor part : parts) {
                copies.add(TensorScope.retain(part.t().contiguous().t()));
            }
            return new StoredMatrix(copies, false);
        }
    }

    /** Whether all parts are contiguous by columns. */
    boolean isTransposed() {
        try (TensorScope scope = new TensorScope()) {
            return parts.stream().allMatch(part -> part.t().is_contiguous());
        }
    }

    /** Whether there is one part only. */
    boolean isWhole() {
        return parts.size() == 1;
    }

    /**
     * {@code x Wᵀ + b}, without gradients.
     *
     * @param input {@code [rows, inputs]}
     * @param bias {@code [outputs]}, or null
     * @return {@code [rows, outputs]}
     */
    Tensor multiply(Tensor input, @Nullable Tensor bias) {
        if (isWhole()) {
            return Product.of(input, parts.get(0), bias);
        }
        if (Product.isOneDnns(input, parts.get(0)) // which makes its own results
                || Precision.current(DeviceType.CPU) != Precision.FP32) { // autocast leaves given results alone
            return joinedProducts(input, bias);
        }
        Tensor result = torch.empty(new long[] {input.size(0), outputs()}, new TensorOptions(ScalarType.Float), null);
        long first = 0;
        for (Tensor part : parts) {
            long count = part.size(0);
            Tensor columns = result.narrow(1, first, count);
            if (bias == null) {
                torch.mm_out(columns, input, part.t());
            } else {
                torch.addmm_out(columns, bias.narrow(0, first, count), input, part.t());
            }
            first += count;
        }
        return result;
    }

    private Tensor joinedProducts(Tensor input, @Nullable Tensor bias) {
        TensorVector products = new TensorVector();
        long first = 0;
        for (Tensor part : parts) {
            long count = part.size(0);
            products.push_back(Product.of(input, part, bias == null ? null : bias.narrow(0, first, count)));
            first += count;
        }
        return torch.cat(products, 1);
    }

    /** A view of some of the rows, owned by the open scope. */
    StoredMatrix narrow(long first, long count) {
        List<Tensor> rows = new ArrayList<>();
        long begin = 0;
        for (Tensor part : parts) {
            long from = Math.max(first, begin);
            long to = Math.min(first + count, begin + part.size(0));
            if (from < to) {
                rows.add(part.narrow(0, from - begin, to - from));
            }
            begin += part.size(0);
        }
        return new StoredMatrix(rows, mapped);
    }

    /** Rows {@code ids [ids]} of a matrix in one piece. */
    Tensor rows(Tensor ids) {
        return parts.get(0).index_select(0, ids);
    }

    /** A copy in one piece, {@code [outputs, inputs]}, contiguous. Gives a mapping's pages back meanwhile. */
    Tensor joined() {
        try (TensorScope scope = new TensorScope();
                NoGradGuard guard = new NoGradGuard()) {
            Tensor whole = torch.empty(
                    new long[] {outputs(), parts.get(0).size(1)}, new TensorOptions(ScalarType.Float), null);
            long first = 0;
            for (Tensor part : parts) {
                whole.narrow(0, first, part.size(0)).copy_(part);
                if (mapped) {
                    MappedMemory.release(part);
                }
                first += part.size(0);
            }
            return scope.keep(whole);
        }
    }

    /** Bytes of the matrix. */
    long bytes() {
        return parts.stream().mapToLong(Tensor::nbytes).sum();
    }

    private long outputs() {
        return parts.stream().mapToLong(part -> part.size(0)).sum();
    }

    @Override
    public void close() {
        parts.forEach(TensorScope::release);
    }
}
