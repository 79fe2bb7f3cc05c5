package io.transformer4j.checkpoint;

import io.transformer4j.torch.TensorScope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * A safetensors file, memory-mapped. Opening reads only the header; a tensor's values are read from the disk when they are
 * first touched. Tensors stay valid after {@link #close}, since the mapping lasts as long as any of them.
 *
 * <p>Tensors may be written to: the file never changes, since touched pages are copied. The file itself must not be cut
 * short or overwritten in place while it is in use (the system then ends the process, as for every mapped file);
 * replacing it by renaming, as {@link AtomicFiles} does, is safe.
 *
 * <p>Reading from several threads is safe; closing meanwhile isn't.
 */
public final class SafetensorsFile implements AutoCloseable {
    private final Path path;
    private final SafetensorsHeader header;
    private final Tensor mapping;
    /** Tensors that others may hold, and may have written to. */
    private final Set<String> shared = ConcurrentHashMap.newKeySet();

    private boolean closed;

    private SafetensorsFile(Path path, SafetensorsHeader header, Tensor mapping) {
        this.path = path;
        this.header = header;
        this.mapping = mapping;
    }

    /**
     * Opens a file.
     *
     * @throws CheckpointException if it can't be mapped or breaks a rule of the format
     */
    public static SafetensorsFile open(Path path) {
        long fileBytes = sizeOf(path);
        SafetensorsHeader.checkHasLength(path, fileBytes);
        Tensor mapping = map(path, fileBytes);
        try {
            // From the mapping, not by another look at the path: header and values are of one file for certain.
            int jsonBytes = SafetensorsHeader.jsonBytes(
                    path, NativeTensors.bytes(mapping, 0, SafetensorsHeader.LENGTH_BYTES), fileBytes);
            long jsonBegin = SafetensorsHeader.LENGTH_BYTES;
            SafetensorsHeader header = SafetensorsHeader.parse(
                    path, NativeTensors.bytes(mapping, jsonBegin, jsonBegin + jsonBytes), fileBytes);
            return new SafetensorsFile(path, header, mapping);
        } catch (Throwable e) {
            mapping.close();
            throw e;
        }
    }

    /** The file, as it was given. */
    public Path path() {
        return path;
    }

    /** Names of all tensors, in the header's order. */
    public Set<String> names() {
        return header.tensors().keySet();
    }

    /** All tensors by name, in the header's order. */
    public Map<String, TensorInfo> tensors() {
        return header.tensors();
    }

    /** What the writer noted, such as {@code format = pt}. */
    public Map<String, String> metadata() {
        return header.metadata();
    }

    /**
     * Type, shape and place of a tensor.
     *
     * @throws CheckpointException if there is no such tensor
     */
    public TensorInfo info(String name) {
        TensorInfo info = header.tensors().get(name);
        if (info == null) {
            throw new CheckpointException(path, "has no tensor " + Quoted.text(name));
        }
        return info;
    }

    /**
     * A tensor, without copying it (a copy only if its place in the file isn't aligned to its type).
     *
     * @return on the CPU, contiguous, a leaf without gradient; owned by the calling scope
     * @throws CheckpointException if there is no such tensor
     * @throws IllegalStateException after {@link #close}
     */
    public Tensor tensor(String name) {
        TensorInfo info = info(name);
        checkOpen();
        shared.add(name);
        return NativeTensors.view(mapping, header.dataBegin() + info.begin(), info);
    }

    /**
     * Copies a tensor's values into another one, of any type, strides and device, without leaving the file's pages in memory (unless
     * {@link #tensor} has given the tensor away): at most 8 MiB, or one row, of them are resident at once.
     *
     * @param destination of the same shape
     * @throws CheckpointException if there is no such tensor
     * @throws IllegalStateException after {@link #close}
     */
    public void copyTo(String name, Tensor destination) {
        TensorInfo info = info(name);
        checkOpen();
        try (TensorScope scope = new TensorScope();
                NoGradGuard guard = new NoGradGuard()) {
            long begin = header.dataBegin() + info.begin();
            if (shared.contains(name)) {
                destination.copy_(NativeTensors.view(mapping, begin, info));
            } else {
                NativeTensors.move(mapping, begin, info, destination);
            }
        }
    }

    /**
     * Whether {@link #tensor} costs no copy, because the values stand in the file at a multiple of their element's size.
     *
     * @throws CheckpointException if there is no such tensor
     */
    public boolean isAligned(String name) {
        TensorInfo info = info(name);
        return (header.dataBegin() + info.begin()) % info.dtype().bytes() == 0;
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException(path + " is closed");
        }
    }

    /** Gives up the mapping, as soon as no tensor uses it. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            mapping.close();
        }
    }

    private static long sizeOf(Path path) {
        try {
            if (Files.exists(path) && !Files.isRegularFile(path)) {
                throw new CheckpointException(path, "is not a file");
            }
            return Files.size(path);
        } catch (IOException e) {
            throw new CheckpointException(path, "could not be read (" + AtomicFiles.reason(e) + ")", e);
        }
    }

    private static Tensor map(Path path, long bytes) {
        try {
            return NativeTensors.map(path, bytes);
        } catch (RuntimeException e) {
            String first = String.valueOf(e.getMessage()).lines().findFirst().orElse("unknown");
            throw new CheckpointException(path, "could not be mapped (" + Quoted.plain(first) + ")", e);
        }
    }
}
