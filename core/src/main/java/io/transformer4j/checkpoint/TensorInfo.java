package io.transformer4j.checkpoint;

import java.util.ArrayList;
import java.util.List;

/**
 * What a safetensors header says of one tensor.
 *
 * @param shape empty for a scalar; a size of 0 makes the tensor empty
 * @param begin first byte of the values, counted from the end of the header
 * @param end one past the last byte of the values
 */
public record TensorInfo(String name, SafetensorsDtype dtype, List<Long> shape, long begin, long end) {
    public TensorInfo {
        shape = List.copyOf(shape);
    }

    /** Bytes of all values. */
    public long bytes() {
        return end - begin;
    }

    /** Number of elements; a scalar has one. */
    public long elements() {
        return bytes() / dtype.bytes();
    }

    /** The same tensor cut after its first {@code count} rows; a scalar stays as it is. */
    TensorInfo rows(long count) {
        if (shape.isEmpty() || shape.get(0) == count) {
            return this;
        }
        List<Long> cut = new ArrayList<>(shape);
        cut.set(0, count);
        return new TensorInfo(name, dtype, cut, begin, begin + bytes() / shape.get(0) * count);
    }

    /** The shape as libtorch takes it. */
    public long[] sizes() {
        return shape.stream().mapToLong(Long::longValue).toArray();
    }
}
