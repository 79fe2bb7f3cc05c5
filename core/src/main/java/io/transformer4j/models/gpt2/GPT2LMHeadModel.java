package io.transformer4j.models.gpt2;

import io.transformer4j.models.decoder.DecoderForCausalLM;

/** GPT-2 with its language-model head (HF {@code GPT2LMHeadModel}). */
public final class GPT2LMHeadModel extends DecoderForCausalLM<GPT2Config> {
    /** A model without weights. */
    public GPT2LMHeadModel(GPT2Config config) {
        super(new GPT2Model(config), config.tieWordEmbeddings(), config.initializer());
    }

    @Override
    protected GPT2LMHeadModel newInstance() {
        return new GPT2LMHeadModel(config());
    }
}
