package io.transformer4j.torch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The native heap of this process, for those who measure it. */
public final class NativeMemory {
    private static final Path CLEAR_REFS = Path.of("/proc/self/clear_refs");

    private NativeMemory() {}

    /**
     * Gives freed memory back to the system and starts the record of the process' largest resident memory anew.
     *
     * @return whether both could be done; only Linux with glibc can
     */
    public static boolean settle() {
        if (!Files.isWritable(CLEAR_REFS) || !LibC.trim()) {
            return false;
        }
        try {
            Files.writeString(CLEAR_REFS, "5"); // proc(5): resets VmHWM to the current resident memory
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
