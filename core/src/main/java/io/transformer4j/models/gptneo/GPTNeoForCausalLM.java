package io.transformer4j.models.gptneo;

import io.transformer4j.models.decoder.DecoderForCausalLM;

/** GPT-Neo with its language-model head (HF {@code GPTNeoForCausalLM}). */
public final class GPTNeoForCausalLM extends DecoderForCausalLM<GPTNeoConfig> {
    /** A model without weights. */
    public GPTNeoForCausalLM(GPTNeoConfig config) {
        super(new GPTNeoModel(config), config.tieWordEmbeddings(), config.initializer());
    }

    @Override
    protected GPTNeoForCausalLM newInstance() {
        return new GPTNeoForCausalLM(config());
    }
}
