package io.transformer4j.torch;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import com.sun.jna.NativeLong;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;
import com.sun.jna.Structure;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The few C library calls that decide speed and a clean end, made here so that a library user need not set environment
 * variables. Each is best effort: where the platform has no such call, libtorch merely runs untuned.
 */
final class LibC {
    private static final Logger LOG = LoggerFactory.getLogger(LibC.class);

    // glibc's malloc.h
    private static final int M_TRIM_THRESHOLD = -1;
    private static final int M_TOP_PAD = -2;
    private static final int M_MMAP_THRESHOLD = -3;

    // sys/mman.h
    private static final int MADV_DONTNEED = 4;

    private static final int KEEP_BYTES = 1 << 30;
    private static final int TOP_PAD_BYTES = 64 << 20;
    /** Enough for {@code free} to look at the end of the heap. */
    private static final int TRIMMING_BYTES = 1 << 20;

    private LibC() {}

    /**
     * Keeps freed memory in the process: by default glibc gives large blocks back to the kernel at once, and each new
     * activation then costs page faults (six times the time of the addition that fills it). Also tells OpenMP's workers
     * not to spin after a region, since they would take the core from another thread that works.
     */
    static void tuneBeforeLoading() {
        if (!Platform.isLinux()) {
            return;
        }
        try {
            NativeLibrary c = NativeLibrary.getInstance("c");
            Function mallopt = c.getFunction("mallopt");
            unlessSet("MALLOC_MMAP_THRESHOLD_", () -> call(mallopt, M_MMAP_THRESHOLD, KEEP_BYTES));
            unlessSet("MALLOC_TRIM_THRESHOLD_", () -> call(mallopt, M_TRIM_THRESHOLD, KEEP_BYTES));
            unlessSet("MALLOC_TOP_PAD_", () -> call(mallopt, M_TOP_PAD, TOP_PAD_BYTES));
            Function setenv = c.getFunction("setenv");
            unlessSet("OMP_WAIT_POLICY", () -> call(setenv, "OMP_WAIT_POLICY", "PASSIVE", 0));
        } catch (UnsatisfiedLinkError e) { // musl has no mallopt
            LOG.debug("C library not tuned: {}", e.getMessage());
        }
    }

    /**
     * Gives up the resident pages between two addresses of a private file mapping; they are read from the file again when they are
     * touched. What was written to them is lost.
     */
    static void dropPages(long address, long bytes) {
        if (!Platform.isLinux() || bytes <= 0) {
            return;
        }
        try {
            Function madvise = NativeLibrary.getInstance("c").getFunction("madvise");
            call(madvise, new Pointer(address), new NativeLong(bytes), MADV_DONTNEED);
        } catch (UnsatisfiedLinkError e) {
            LOG.debug("no madvise: {}", e.getMessage());
        }
    }

    /** What glibc's {@code struct mallinfo2} says of all arenas and mappings; empty where there is no such call. */
    static OptionalLong heapBytesInUse() {
        if (!Platform.isLinux()) {
            return OptionalLong.empty();
        }
        try {
            Function mallinfo = NativeLibrary.getInstance("c").getFunction("mallinfo2");
            MallInfo info = (MallInfo) mallinfo.invoke(MallInfo.class, new Object[0]);
            return OptionalLong.of(info.uordblks.longValue() + info.hblkhd.longValue());
        } catch (UnsatisfiedLinkError e) {
            LOG.debug("no mallinfo2: {}", e.getMessage());
            return OptionalLong.empty();
        }
    }

    /** glibc's {@code struct mallinfo2}, returned by value. */
    @Structure.FieldOrder({
        "arena",
        "ordblks",
        "smblks",
        "hblks",
        "hblkhd",
        "usmblks",
        "fsmblks",
        "uordblks",
        "fordblks",
        "keepcost"
    })
    public static final class MallInfo extends Structure implements Structure.ByValue {
        public NativeLong arena;
        public NativeLong ordblks;
        public NativeLong smblks;
        public NativeLong hblks;
        public NativeLong hblkhd;
        public NativeLong usmblks;
        public NativeLong fsmblks;
        public NativeLong uordblks;
        public NativeLong fordblks;
        public NativeLong keepcost;
    }

    /**
     * Gives the pages of freed memory back to the system, but for the ends of other threads' heaps; false where there is no such
     * call. {@code malloc_trim} alone leaves the end of the current thread's heap, which only {@code free} gives back.
     */
    static boolean trim() {
        if (!Platform.isLinux()) {
            return false;
        }
        try {
            NativeLibrary c = NativeLibrary.getInstance("c");
            Function mallopt = c.getFunction("mallopt");
            call(mallopt, M_TRIM_THRESHOLD, 0);
            call(mallopt, M_TOP_PAD, 0);
            Pointer block = c.getFunction("malloc").invokePointer(new Object[] {new NativeLong(TRIMMING_BYTES)});
            c.getFunction("free").invokeVoid(new Object[] {block});
            call(c.getFunction("malloc_trim"), new NativeLong(0));
            call(mallopt, M_TRIM_THRESHOLD, setting("MALLOC_TRIM_THRESHOLD_", KEEP_BYTES));
            call(mallopt, M_TOP_PAD, setting("MALLOC_TOP_PAD_", TOP_PAD_BYTES));
            return true;
        } catch (UnsatisfiedLinkError e) {
            LOG.debug("no malloc_trim: {}", e.getMessage());
            return false;
        }
    }

    /**
     * Ends the process at once without running native destructors: OpenBLAS's waits for good when a thread is still
     * inside a product. Falls back to {@link Runtime#halt}.
     */
    static void exitNow(int status) {
        try {
            call(NativeLibrary.getInstance(Platform.C_LIBRARY_NAME).getFunction("_exit"), status);
        } catch (UnsatisfiedLinkError e) {
            LOG.debug("no _exit: {}", e.getMessage());
        }
        Runtime.getRuntime().halt(status);
    }

    private static int setting(String variable, int otherwise) {
        String value = System.getenv(variable);
        return value == null || !value.matches("\\d{1,10}")
                ? otherwise
                : (int) Math.min(Integer.MAX_VALUE, Long.parseLong(value));
    }

    private static void unlessSet(String variable, Runnable action) {
        if (System.getenv(variable) == null) {
            action.run();
        }
    }

    private static void call(Function function, Object... arguments) {
        function.invokeInt(arguments);
    }
}
