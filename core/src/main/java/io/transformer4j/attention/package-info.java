/**
 * Attention behind one interface, and the layout of packed sequences it works on.
 *
 * <p>An {@link io.transformer4j.attention.Attention} is a kernel: queries, keys and values in, mixed values out. {@link
 * io.transformer4j.attention.AttentionType} chooses one by its name in a model's configuration. {@link
 * io.transformer4j.attention.SelfAttention} adds the projections and takes packed rows:
 *
 * <pre>{@code
 * SequenceLayout layout = SequenceLayout.of(5, 3);                     // two sequences, 8 rows, no padding
 * Tensor mixed = selfAttention.forward(hidden, layout, null);          // [8, hiddenSize] -> [8, hiddenSize]
 * }</pre>
 */
@NullMarked
package io.transformer4j.attention;

import org.jspecify.annotations.NullMarked;
