/**
 * Llama (Touvron et al. 2023): a pre-norm causal decoder with RMS norms, rotary positions, grouped-query attention and
 * gated feed-forward networks, in HF's checkpoint layout.
 *
 * <pre>{@code
 * LlamaForCausalLM model = Models.load(folder, LlamaForCausalLM.class, Devices.parse("auto"));
 * }</pre>
 */
@NullMarked
package io.transformer4j.models.llama;

import org.jspecify.annotations.NullMarked;
