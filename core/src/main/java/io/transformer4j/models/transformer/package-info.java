/**
 * The encoder–decoder of "Attention Is All You Need" (Vaswani et al. 2017).
 *
 * <pre>{@code
 * TransformerForConditionalGeneration model = new TransformerForConditionalGeneration(
 *         TransformerConfig.BASE.with(c -> c.dModel(128).nhead(4).dimFeedforward(256)));
 * model.initializeWeights(42, Devices.parse("auto"));
 * }</pre>
 */
@NullMarked
package io.transformer4j.models.transformer;

import org.jspecify.annotations.NullMarked;
