/**
 * What the scaling fits are held against: the coverage of their intervals on synthetic runs, and the early stop behind the published
 * Chinchilla law. Results are in docs/results/scaling-fit.md.
 *
 * <pre>{@code
 * java -cp benchmarks/target/classes:… io.transformer4j.benchmarks.scaling.IntervalCoverage 200 500
 * }</pre>
 */
@NullMarked
package io.transformer4j.benchmarks.scaling;

import org.jspecify.annotations.NullMarked;
