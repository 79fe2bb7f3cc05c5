package io.transformer4j.models.llama;

import io.transformer4j.models.WeightMap;
import io.transformer4j.models.decoder.DecoderModel;
import java.util.List;

/** The bare Llama decoder (HF {@code LlamaModel}). */
public final class LlamaModel extends DecoderModel<LlamaConfig> {
    private static final List<String> WEIGHT = List.of(".weight");
    private static final List<String> WEIGHT_AND_BIAS = List.of(".weight", ".bias");

    private final String baseModelPrefix;

    /** A decoder without weights. */
    public LlamaModel(LlamaConfig config) {
        this(config, "model.");
    }

    /** A decoder whose keys have another prefix below a head. */
    LlamaModel(LlamaConfig config, String baseModelPrefix) {
        super(config, new Parts(config.embeddings(), config::layer, config.rotary(), config::norm));
        this.baseModelPrefix = baseModelPrefix;
    }

    @Override
    public String baseModelPrefix() {
        return baseModelPrefix;
    }

    @Override
    protected LlamaModel newInstance() {
        return new LlamaModel(config(), baseModelPrefix);
    }

    @Override
    public WeightMap weightMap() {
        WeightMap.Builder map = WeightMap.builder().add("embeddings.word.weight", "embed_tokens.weight");
        List<Integer> heads = List.of(config().numAttentionHeads(), config().keyValueHeads(), config().keyValueHeads());
        for (int i = 0; i < config().numHiddenLayers(); i++) {
            String own = "layers." + i;
            String self = "layers." + i + ".self_attn.";
            String mlp = "layers." + i + ".mlp.";
            map.add(own + ".attentionNorm.weight", "layers." + i + ".input_layernorm.weight");
            for (String kind : config().attentionBias() ? WEIGHT_AND_BIAS : WEIGHT) {
                map.addStacked(
                                own + ".attention.queryKeyValue" + kind,
                                heads,
                                self + "q_proj" + kind,
                                self + "k_proj" + kind,
                                self + "v_proj" + kind)
                        .add(own + ".attention.output" + kind, self + "o_proj" + kind);
            }
            map.add(own + ".feedForwardNorm.weight", "layers." + i + ".post_attention_layernorm.weight");
            for (String kind : config().mlpBias() ? WEIGHT_AND_BIAS : WEIGHT) {
                map.addStacked(
                                own + ".feedForward.intermediate" + kind,
                                mlp + "gate_proj" + kind,
                                mlp + "up_proj" + kind)
                        .add(own + ".feedForward.output" + kind, mlp + "down_proj" + kind);
            }
        }
        return map.add("finalNorm.weight", "norm.weight").build();
    }
}
