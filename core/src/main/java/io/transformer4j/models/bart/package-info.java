/**
 * BART (Lewis et al. 2020): a post-norm encoder–decoder with learned positions, in HF's checkpoint layout.
 *
 * <pre>{@code
 * BartForConditionalGeneration model = new BartForConditionalGeneration(
 *         BartConfig.LARGE.with(c -> c.encoderLayers(3).decoderLayers(3).dModel(256)));
 * model.initializeWeights(42, Devices.parse("auto"));
 * }</pre>
 */
@NullMarked
package io.transformer4j.models.bart;

import org.jspecify.annotations.NullMarked;
