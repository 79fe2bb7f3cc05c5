package io.transformer4j.torch;

import java.util.OptionalLong;

/** The C library's heap, from which libtorch takes the memory of its CPU tensors. */
public final class NativeHeap {
    private NativeHeap() {}

    /**
     * Bytes that are allocated and not freed. Memory that the allocator keeps for reuse isn't in it, as it is in the resident set.
     *
     * @return empty where the C library doesn't tell (only glibc 2.33 and newer does)
     */
    public static OptionalLong bytesInUse() {
        return LibC.heapBytesInUse();
    }
}
