/**
 * GPT-2 (Radford et al. 2019): a pre-norm causal decoder with learned positions and a tied output layer, in HF's
 * checkpoint layout.
 *
 * <pre>{@code
 * GPT2LMHeadModel model = new GPT2LMHeadModel(GPT2Config.SMALL.with(c -> c.nLayer(4).nEmbd(256).nHead(4)));
 * model.initializeWeights(42, Devices.parse("auto"));
 * }</pre>
 */
@NullMarked
package io.transformer4j.models.gpt2;

import org.jspecify.annotations.NullMarked;
