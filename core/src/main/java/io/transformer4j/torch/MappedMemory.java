package io.transformer4j.torch;

import org.bytedeco.pytorch.Tensor;

/** Resident memory of tensors that lie on a memory-mapped file. */
public final class MappedMemory {
    /** A multiple of every page size in use (4, 16 and 64 KiB). */
    private static final long PAGES = 1 << 16;

    private MappedMemory() {}

    /**
     * Gives back the pages that lie wholly inside a contiguous part of a private mapping, once its values have been copied
     * elsewhere. They stay readable, at the price of another look at the file; changes made to them are lost, so nobody else may
     * hold a tensor on them. Does nothing where the system has no such call.
     *
     * @param part contiguous, on the mapping
     */
    public static void release(Tensor part) {
        try (TensorScope scope = new TensorScope()) {
            long begin = part.data_ptr().address();
            long first = (begin + PAGES - 1) / PAGES * PAGES;
            long end = (begin + part.nbytes()) / PAGES * PAGES;
            LibC.dropPages(first, end - first);
        }
    }
}
