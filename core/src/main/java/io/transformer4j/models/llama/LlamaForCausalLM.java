package io.transformer4j.models.llama;

import io.transformer4j.models.decoder.DecoderForCausalLM;

/** Llama with its language-model head (HF {@code LlamaForCausalLM}). */
public final class LlamaForCausalLM extends DecoderForCausalLM<LlamaConfig> {
    /** A model without weights. */
    public LlamaForCausalLM(LlamaConfig config) {
        super(new LlamaModel(config), config.tieWordEmbeddings(), config.initializer());
    }

    @Override
    protected LlamaForCausalLM newInstance() {
        return new LlamaForCausalLM(config());
    }
}
