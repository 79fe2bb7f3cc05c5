package io.transformer4j.profiling.attention;

import io.transformer4j.attention.AttentionType;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * Workloads of all combinations, short ones first, measured as far as memory and patience go: a length is left out if what
 * the shorter one cost foretells that it would pass a limit.
 *
 * @param lengths ascending
 * @param causal which forms; kernels that have no causal one are left out of it
 * @param backward which passes
 * @param maxBytes most memory of one pass
 * @param maxSeconds longest pass
 */
public record AttentionSweep(
        List<AttentionType> kernels,
        List<Integer> lengths,
        int heads,
        List<Integer> headSizes,
        List<Boolean> causal,
        List<Boolean> backward,
        long maxBytes,
        double maxSeconds) {

    /** Copies the lists. */
    public AttentionSweep {
        kernels = List.copyOf(kernels);
        lengths = lengths.stream().sorted().toList();
        headSizes = List.copyOf(headSizes);
        causal = List.copyOf(causal);
        backward = List.copyOf(backward);
    }

    /**
     * Measures everything.
     *
     * @param listener gets each measurement as soon as it is there
     * @return all of them, in the order in which they were made
     */
    public List<Measurement> run(AttentionBenchmark benchmark, Consumer<Measurement> listener) {
        List<Measurement> all = new ArrayList<>();
        for (int headSize : headSizes) {
            for (boolean masked : causal) {
                for (boolean withGradients : backward) {
                    for (AttentionType kernel : kernels) {
                        if (!masked || Workload.canBeCausal(kernel)) {
                            run(new Workload(kernel, 1, heads, headSize, masked, withGradients), benchmark, found -> {
                                all.add(found);
                                listener.accept(found);
                            });
                        }
                    }
                }
            }
        }
        return List.copyOf(all);
    }

    private void run(Workload kind, AttentionBenchmark benchmark, Consumer<Measurement> listener) {
        Measurement last = null;
        for (int length : lengths) {
            if (last != null && isTooMuch(last, length)) {
                return;
            }
            last = benchmark.measure(kind.withLength(length));
            listener.accept(last);
        }
    }

    /** Exact kernels take quadratic time, and the one with the matrix quadratic memory; all else is linear. */
    private boolean isTooMuch(Measurement shorter, int length) {
        double ratio = (double) length / shorter.workload().length();
        AttentionType kernel = shorter.workload().kernel();
        boolean exact = kernel == AttentionType.FULL || kernel == AttentionType.FLASH;
        double seconds = shorter.seconds() * (exact ? ratio * ratio : ratio);
        OptionalLong peak = shorter.peakBytes();
        double bytes = peak.orElse(0) * (kernel == AttentionType.FULL ? ratio * ratio : ratio);
        return seconds > maxSeconds || bytes > maxBytes;
    }
}
