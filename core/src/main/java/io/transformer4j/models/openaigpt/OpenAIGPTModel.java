package io.transformer4j.models.openaigpt;

import io.transformer4j.models.WeightMap;
import io.transformer4j.models.decoder.DecoderModel;

/** The bare GPT-1 decoder (HF {@code OpenAIGPTModel}). */
public final class OpenAIGPTModel extends DecoderModel<OpenAIGPTConfig> {
    /** A decoder without weights. */
    public OpenAIGPTModel(OpenAIGPTConfig config) {
        super(config, new Parts(config.embeddings(), i -> config.layer(), null, null));
    }

    @Override
    public String baseModelPrefix() {
        return "transformer.";
    }

    @Override
    protected OpenAIGPTModel newInstance() {
        return new OpenAIGPTModel(config());
    }

    @Override
    public WeightMap weightMap() {
        WeightMap.Builder map = WeightMap.builder()
                .add("embeddings.word.weight", "tokens_embed.weight")
                .add("embeddings.position.weight", "positions_embed.weight");
        for (int i = 0; i < config().numHiddenLayers(); i++) {
            String own = "layers." + i;
            String key = "h." + i;
            map.addPair(own + ".attentionNorm", key + ".ln_1")
                    .addTransposedPair(own + ".attention.queryKeyValue", key + ".attn.c_attn")
                    .addTransposedPair(own + ".attention.output", key + ".attn.c_proj")
                    .addPair(own + ".feedForwardNorm", key + ".ln_2")
                    .addTransposedPair(own + ".feedForward.intermediate", key + ".mlp.c_fc")
                    .addTransposedPair(own + ".feedForward.output", key + ".mlp.c_proj");
        }
        return map.build();
    }
}
