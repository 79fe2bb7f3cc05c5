package io.transformer4j.models.gptneo;

import io.transformer4j.models.WeightMap;
import io.transformer4j.models.decoder.DecoderModel;

/** The bare GPT-Neo decoder (HF {@code GPTNeoModel}). */
public final class GPTNeoModel extends DecoderModel<GPTNeoConfig> {
    /** A decoder without weights. */
    public GPTNeoModel(GPTNeoConfig config) {
        super(config, new Parts(config.embeddings(), config::layer, null, config::norm));
    }

    @Override
    public String baseModelPrefix() {
        return "transformer.";
    }

    @Override
    protected GPTNeoModel newInstance() {
        return new GPTNeoModel(config());
    }

    @Override
    public WeightMap weightMap() {
        WeightMap.Builder map = WeightMap.builder()
                .add("embeddings.word.weight", "wte.weight")
                .add("embeddings.position.weight", "wpe.weight");
        for (int i = 0; i < config().numHiddenLayers(); i++) {
            String own = "layers." + i;
            String key = "h." + i;
            String self = key + ".attn.attention.";
            map.addPair(own + ".attentionNorm", key + ".ln_1")
                    .addStacked(
                            own + ".attention.queryKeyValue.weight",
                            self + "q_proj.weight",
                            self + "k_proj.weight",
                            self + "v_proj.weight")
                    .addPair(own + ".attention.output", self + "out_proj")
                    .addPair(own + ".feedForwardNorm", key + ".ln_2")
                    .addPair(own + ".feedForward.intermediate", key + ".mlp.c_fc")
                    .addPair(own + ".feedForward.output", key + ".mlp.c_proj");
        }
        return map.addPair("finalNorm", "ln_f").build();
    }
}
