package io.transformer4j.profiling.attention;

import io.transformer4j.attention.AttentionType;

/**
 * One sequence through one kernel, projections left out.
 *
 * @param length tokens
 * @param causal whether each token sees only those before it
 * @param backward whether gradients are computed too
 */
public record Workload(AttentionType kernel, int length, int heads, int headSize, boolean causal, boolean backward) {
    /** Checks the sizes. */
    public Workload {
        if (length < 1 || heads < 1 || headSize < 1) {
            throw new IllegalArgumentException(
                    "length (" + length + "), heads (" + heads + ") and head size (" + headSize + ") must be positive");
        }
    }

    /** Whether the kernel has a causal form. */
    public static boolean canBeCausal(AttentionType kernel) {
        return kernel != AttentionType.BIG_BIRD && kernel != AttentionType.LINFORMER;
    }

    /** The same at another length. */
    public Workload withLength(int other) {
        return new Workload(kernel, other, heads, headSize, causal, backward);
    }

    /** {@code forward} or {@code forward+backward}. */
    public String pass() {
        return backward ? "forward+backward" : "forward";
    }
}
