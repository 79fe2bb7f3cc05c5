package io.transformer4j.models.t5;

import io.transformer4j.models.WeightMap;

/** Names of the weights in HF's T5 models. */
final class T5Names {
    private final T5Config config;
    private final WeightMap.Builder map = WeightMap.builder().add("sourceEmbeddings.weight", "shared.weight");

    private T5Names(T5Config config) {
        this.config = config;
    }

    /** The table of an encoder. */
    static WeightMap encoder(T5Config config) {
        T5Names names = new T5Names(config);
        names.addStack("encoder", config.numLayers(), false);
        return names.map.build();
    }

    /** The table of an encoder–decoder. */
    static WeightMap both(T5Config config) {
        T5Names names = new T5Names(config);
        names.addStack("encoder", config.numLayers(), false);
        names.addStack("decoder", config.decoderLayers(), true);
        return names.map.build();
    }

    private void addStack(String stack, int layers, boolean crossAttention) {
        map.add(
                stack + ".positionBias.table.weight",
                stack + ".block.0.layer.0.SelfAttention.relative_attention_bias.weight");
        for (int i = 0; i < layers; i++) {
            String own = stack + ".layers." + i;
            String key = stack + ".block." + i + ".layer.";
            addAttention(own + ".attention", key + "0", "SelfAttention");
            if (crossAttention) {
                addAttention(own + ".crossAttention", key + "1", "EncDecAttention");
            }
            String last = key + (crossAttention ? 2 : 1);
            String dense = last + ".DenseReluDense.";
            if (config.gated()) {
                map.addStacked(own + ".feedForward.intermediate.weight", dense + "wi_0.weight", dense + "wi_1.weight");
            } else {
                map.add(own + ".feedForward.intermediate.weight", dense + "wi.weight");
            }
            map.add(own + ".feedForward.output.weight", dense + "wo.weight")
                    .add(own + ".feedForwardResidual.norm.weight", last + ".layer_norm.weight");
        }
        map.add(stack + ".end.norm.weight", stack + ".final_layer_norm.weight");
    }

    private void addAttention(String own, String layer, String name) {
        String key = layer + "." + name;
        map.addStacked(own + ".queryKeyValue.weight", key + ".q.weight", key + ".k.weight", key + ".v.weight")
                .add(own + ".output.weight", key + ".o.weight")
                .add(own + "Residual.norm.weight", layer + ".layer_norm.weight");
    }
}
