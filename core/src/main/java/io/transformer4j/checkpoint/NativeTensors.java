package io.transformer4j.checkpoint;

import io.transformer4j.torch.MappedMemory;
import io.transformer4j.torch.TensorScope;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The few libtorch calls that this package needs, and nothing of the format. */
final class NativeTensors {
    private static final int CHUNK_BYTES = 1 << 16;
    private static final long MOVED_BYTES = 8 << 20;

    private NativeTensors() {}

    /**
     * Maps the first {@code bytes} of a file as a tensor of bytes. libtorch owns the mapping and counts the tensors on it, so it
     * lasts as long as the last of them, whatever Java closes before. Pages are copied when they are
     * written to, so no change of a tensor reaches the file.
     *
     * @return on no scope: to be closed by the caller
     * @throws RuntimeException if the file can't be mapped, is shorter, or there is too little address space
     */
    static Tensor map(Path file, long bytes) {
        try (TensorScope scope = new TensorScope()) {
            return TensorScope.retain(torch.from_file(
                    new BytePointer(file.toString(), StandardCharsets.UTF_8),
                    new BoolOptional(false),
                    new LongOptional(bytes),
                    new TensorOptions(ScalarType.Byte)));
        }
    }

    /** The bytes of {@code mapping} from {@code begin} to {@code end}, at most 2 GiB; valid while the mapping is open. */
    static ByteBuffer bytes(Tensor mapping, long begin, long end) {
        return new BytePointer(mapping.data_ptr()).position(begin).limit(end).asByteBuffer();
    }

    /**
     * A tensor on the memory of {@code mapping}, or on a copy if its place isn't a multiple of its element's size, which
     * libtorch can't address.
     *
     * @param begin byte in {@code mapping} of the first element
     * @return owned by the calling thread's scope; without one, to be closed by the caller
     */
    static Tensor view(Tensor mapping, long begin, TensorInfo info) {
        try (TensorScope scope = new TensorScope()) {
            ScalarType type = info.dtype().scalarType();
            int elementBytes = info.dtype().bytes();
            if (info.elements() == 0) {
                return scope.keep(empty(type, info.sizes()));
            } else if (begin % elementBytes == 0) {
                // Not view(): this is a leaf with a version of its own, which may be trained in place.
                return scope.keep(empty(type, 0)
                        .set_(mapping.storage(), begin / elementBytes, info.sizes(), strides(info.sizes())));
            }
            Tensor aligned = mapping.narrow(0, begin, info.bytes()).clone();
            return scope.keep(empty(type, 0).set_(aligned.storage(), 0, info.sizes(), strides(info.sizes())));
        }
    }

    /**
     * Copies the values of a tensor, some rows at a time, and gives back the mapping's pages of those behind: however large it is,
     * few of its pages are resident at once.
     *
     * @param begin byte in {@code mapping} of the first element
     * @param destination of the same shape, with any type, strides and device
     */
    static void move(Tensor mapping, long begin, TensorInfo info, Tensor destination) {
        if (info.elements() == 0) {
            return;
        }
        long rows = info.shape().isEmpty() ? 1 : info.shape().get(0);
        long rowBytes = info.bytes() / rows;
        long step = Math.max(1, MOVED_BYTES / rowBytes);
        for (long row = 0; row < rows; row += step) {
            try (TensorScope scope = new TensorScope()) {
                long count = Math.min(step, rows - row);
                long partBegin = begin + row * rowBytes;
                Tensor to = info.shape().isEmpty() ? destination : destination.narrow(0, row, count);
                to.copy_(view(mapping, partBegin, info.rows(count)));
                MappedMemory.release(mapping.narrow(0, partBegin, count * rowBytes));
            }
        }
    }

    static List<Long> shape(Tensor tensor) {
        try (TensorScope scope = new TensorScope()) {
            return Arrays.stream(tensor.shape()).boxed().toList();
        }
    }

    /** Writes the values in C order, little-endian; holds at most one copy of the tensor, and none if it is contiguous. */
    static void write(Tensor tensor, OutputStream out) throws IOException {
        try (TensorScope scope = new TensorScope()) {
            Tensor dense = tensor.detach().cpu().resolve_conj().resolve_neg().contiguous();
            BytePointer values = new BytePointer(dense.data_ptr());
            byte[] chunk = new byte[(int) Math.min(CHUNK_BYTES, dense.nbytes())];
            for (long done = 0, total = dense.nbytes(); done < total; done += chunk.length) {
                int count = (int) Math.min(chunk.length, total - done);
                values.position(done).get(chunk, 0, count);
                out.write(chunk, 0, count);
            }
        }
    }

    private static Tensor empty(ScalarType type, long... shape) {
        return torch.empty(shape, new TensorOptions(type), new MemoryFormatOptional());
    }

    /** Strides of C order. */
    private static long[] strides(long[] shape) {
        long[] strides = new long[shape.length];
        long step = 1;
        for (int i = shape.length - 1; i >= 0; i--) {
            strides[i] = step;
            step *= Math.max(shape[i], 1);
        }
        return strides;
    }
}
