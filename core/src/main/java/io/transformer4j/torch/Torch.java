package io.transformer4j.torch;

import java.util.Objects;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.presets.openblas_nolapack;
import org.bytedeco.pytorch.global.torch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Loads libtorch once and sets it up for compute threads that this project owns; see {@link ComputePool}. */
public final class Torch {
    private static final Logger LOG = LoggerFactory.getLogger(Torch.class);

    private Torch() {}

    /** Loads the native libraries if that has not happened yet. Cheap afterwards; called by every entry point. */
    public static void initialize() {
        Holder.touch();
    }

    /** Version of the libtorch binding, such as {@code 2.10.0-1.5.13}, or {@code unknown}. */
    public static String version() {
        return Objects.requireNonNullElse(torch.class.getPackage().getImplementationVersion(), "unknown");
    }

    /** Threads that one operation of a compute thread may use; see {@link ComputePool}. */
    static void setIntraOpThreads(int threads) {
        torch.set_num_threads(threads);
        openblas_nolapack.blas_set_num_threads(threads);
    }

    /** Class initialization is the once-only latch. */
    private static final class Holder {
        static {
            LibC.tuneBeforeLoading();
            // JavaCPP refuses allocations beyond 4 x -Xmx of resident memory; models live outside the heap.
            if (System.getProperty("org.bytedeco.javacpp.maxPhysicalBytes") == null) {
                System.setProperty("org.bytedeco.javacpp.maxPhysicalBytes", "0");
            }
            Loader.load(torch.class);
            setIntraOpThreads(1);
            LOG.debug("libtorch {} loaded", version());
        }

        static void touch() {}
    }
}
