/**
 * What attention kernels cost on this machine: time and memory over the length, how they grow, and which to take.
 *
 * <pre>{@code
 * try (ComputePool pool = new ComputePool(0)) {
 *     AttentionBenchmark benchmark = new AttentionBenchmark(pool, options, 3);
 *     Measurement cell = benchmark.measure(new Workload(AttentionType.FLASH, 4096, 8, 64, false, true));
 * }
 * }</pre>
 */
@NullMarked
package io.transformer4j.profiling.attention;

import org.jspecify.annotations.NullMarked;
