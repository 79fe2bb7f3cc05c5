package io.transformer4j.models.gpt2;

import io.transformer4j.models.WeightMap;
import io.transformer4j.models.decoder.DecoderModel;

/** The bare GPT-2 decoder (HF {@code GPT2Model}). */
public final class GPT2Model extends DecoderModel<GPT2Config> {
    /** A decoder without weights. */
    public GPT2Model(GPT2Config config) {
        super(config, new Parts(config.embeddings(), config::layer, null, config::norm));
    }

    @Override
    public String baseModelPrefix() {
        return "transformer.";
    }

    @Override
    protected GPT2Model newInstance() {
        return new GPT2Model(config());
    }

    @Override
    public WeightMap weightMap() {
        WeightMap.Builder map = WeightMap.builder()
                .add("embeddings.word.weight", "wte.weight")
                .add("embeddings.position.weight", "wpe.weight");
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
        return map.addPair("finalNorm", "ln_f").build();
    }
}
