package io.transformer4j.models.decoder;

import io.transformer4j.models.WeightMap;

/** What HF's {@code OpenAIGPTModel} and {@code GPT2Model} call the tensors of their layers; the norms stand at other places. */
public final class GPTLayerNames {
    private GPTLayerNames() {}

    /** Adds the layers {@code 0} to {@code numHiddenLayers - 1} of a {@link DecoderModel}. */
    public static WeightMap.Builder addTo(WeightMap.Builder map, long numHiddenLayers) {
        for (int i = 0; i < numHiddenLayers; i++) {
            String own = "layers." + i;
            String key = "h." + i;
            map.addPair(own + ".attentionNorm", key + ".ln_1")
                    .addTransposedPair(own + ".attention.queryKeyValue", key + ".attn.c_attn")
                    .addTransposedPair(own + ".attention.output", key + ".attn.c_proj")
                    .addPair(own + ".feedForwardNorm", key + ".ln_2")
                    .addTransposedPair(own + ".feedForward.intermediate", key + ".mlp.c_fc")
                    .addTransposedPair(own + ".feedForward.output", key + ".mlp.c_proj");
        }
        return map;
    }
}
