package io.transformer4j.torch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** The native memory of this process, for those who measure it: the C library's heap, from which libtorch takes its CPU tensors. */
public final class NativeMemory {
    private static final Path CLEAR_REFS = Path.of("/proc/self/clear_refs");

    private NativeMemory() {}

    /**
     * Bytes of the heap that are allocated and not freed. Memory that the allocator keeps for reuse isn't in it, as it is in
     * the resident set.
     *
     * @return empty where the C library doesn't tell (only glibc 2.33 and newer does)
     */
    public static OptionalLong bytesInUse() {
        return LibC.heapBytesInUse();
    }

    /**
     * Gives freed memory back to the system; to be called by each thread that has freed some.
     *
     * @return whether it could be done; only Linux with glibc can
     */
    public static boolean release() {
        return LibC.trim();
    }

    /**
     * Starts the record of the process' largest resident memory anew, from what is resident now.
     *
     * @return whether it could be done; only Linux can
     */
    public static boolean resetPeak() {
        try {
            Files.writeString(CLEAR_REFS, "5"); // proc(5): resets VmHWM
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
