package io.transformer4j.torch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The native heap of this process, for those who measure it. */
public final class NativeMemory {
    private static final Path CLEAR_REFS = Path.of("/proc/self/clear_refs");

    private NativeMemory() {}

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
