/**
 * What the decoder families share: the bare decoder and its language-model head. A family is a configuration and a name for
 * each weight.
 *
 * <pre>{@code
 * public final class LlamaForCausalLM extends DecoderForCausalLM<LlamaConfig> {
 *     public LlamaForCausalLM(LlamaConfig config) {
 *         super(new LlamaModel(config), config.tieWordEmbeddings(), config.initializer());
 *     }
 * }
 * }</pre>
 */
@NullMarked
package io.transformer4j.models.decoder;

import org.jspecify.annotations.NullMarked;
