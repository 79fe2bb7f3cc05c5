/**
 * GPT-Neo (Black et al. 2021): GPT-2's decoder with layers that see a window of tokens only, in HF's checkpoint layout.
 *
 * <pre>{@code
 * GPTNeoForCausalLM model = Models.load(folder, GPTNeoForCausalLM.class, Devices.parse("auto"));
 * }</pre>
 */
@NullMarked
package io.transformer4j.models.gptneo;

import org.jspecify.annotations.NullMarked;
