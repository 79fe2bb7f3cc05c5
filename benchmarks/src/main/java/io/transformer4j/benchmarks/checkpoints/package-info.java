/**
 * Checkpoints, both ways: those saved here, loaded by Hugging Face transformers ({@code benchmarks/checkpoints/run.sh} runs both
 * halves), and {@link io.transformer4j.benchmarks.checkpoints.LoadingBenchmark the time} that loading takes either side.
 *
 * <pre>{@code
 * benchmarks/checkpoints/run.sh ../shared/oracles /tmp/saved
 * }</pre>
 */
@NullMarked
package io.transformer4j.benchmarks.checkpoints;

import org.jspecify.annotations.NullMarked;
