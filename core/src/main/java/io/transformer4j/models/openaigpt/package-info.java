/**
 * GPT-1 (Radford et al. 2018): a post-norm causal decoder with learned positions, in HF's checkpoint layout.
 *
 * <pre>{@code
 * OpenAIGPTLMHeadModel model = Models.load(folder, OpenAIGPTLMHeadModel.class, Devices.parse("auto"));
 * }</pre>
 */
@NullMarked
package io.transformer4j.models.openaigpt;

import org.jspecify.annotations.NullMarked;
