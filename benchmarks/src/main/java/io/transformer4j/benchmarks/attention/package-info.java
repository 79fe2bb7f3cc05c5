/** What the attention kernels cost and how well models learn with them: docs/results/attention.md. */
@NullMarked
package io.transformer4j.benchmarks.attention;

import org.jspecify.annotations.NullMarked;
