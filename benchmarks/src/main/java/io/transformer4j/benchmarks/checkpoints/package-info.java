/**
 * The way out: checkpoints saved here, loaded by Hugging Face transformers. {@code benchmarks/checkpoints/run.sh} runs both
 * halves.
 *
 * <pre>{@code
 * benchmarks/checkpoints/run.sh ../shared/oracles /tmp/saved
 * }</pre>
 */
@NullMarked
package io.transformer4j.benchmarks.checkpoints;

import org.jspecify.annotations.NullMarked;
