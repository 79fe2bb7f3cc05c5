package io.transformer4j.models.openaigpt;

import io.transformer4j.models.decoder.DecoderForCausalLM;

/** GPT-1 with its language-model head (HF {@code OpenAIGPTLMHeadModel}). */
public final class OpenAIGPTLMHeadModel extends DecoderForCausalLM<OpenAIGPTConfig> {
    /** A model without weights. */
    public OpenAIGPTLMHeadModel(OpenAIGPTConfig config) {
        super(new OpenAIGPTModel(config), config.tieWordEmbeddings(), config.initializer());
    }

    @Override
    protected OpenAIGPTLMHeadModel newInstance() {
        return new OpenAIGPTLMHeadModel(config());
    }
}
