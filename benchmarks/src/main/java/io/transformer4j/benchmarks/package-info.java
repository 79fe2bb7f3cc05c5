/** Measurements beside the peers, in one run on one machine, as ratios; see {@code benchmarks/README.md}. */
@NullMarked
package io.transformer4j.benchmarks;

import org.jspecify.annotations.NullMarked;
