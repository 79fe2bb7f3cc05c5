package io.transformer4j.models.t5;

import io.transformer4j.models.WeightMap;
import io.transformer4j.models.seq2seq.EncoderDecoderModel;

/** T5 with its output layer (HF {@code T5ForConditionalGeneration}). */
public final class T5ForConditionalGeneration extends EncoderDecoderModel<T5Config> {
    /** A model without weights. */
    public T5ForConditionalGeneration(T5Config config) {
        super(config);
    }

    /** None: also the bare model's keys have no prefix. */
    @Override
    public String baseModelPrefix() {
        return "transformer.";
    }

    @Override
    public WeightMap weightMap() {
        WeightMap.Builder map = WeightMap.builder().add("sourceEmbeddings.weight", "shared.weight");
        addStack(map, "encoder", config().numLayers(), false);
        addStack(map, "decoder", config().decoderLayers(), true);
        if (!config().tied()) {
            map.add("head", "lm_head.weight");
        }
        return map.build();
    }

    private void addStack(WeightMap.Builder map, String stack, int layers, boolean crossAttention) {
        map.add(
                stack + ".positionBias.table.weight",
                stack + ".block.0.layer.0.SelfAttention.relative_attention_bias.weight");
        for (int i = 0; i < layers; i++) {
            String own = stack + ".layers." + i;
            String key = stack + ".block." + i + ".layer.";
            addAttention(map, own + ".attention", key + "0", "SelfAttention");
            if (crossAttention) {
                addAttention(map, own + ".crossAttention", key + "1", "EncDecAttention");
            }
            String last = key + (crossAttention ? 2 : 1);
            String dense = last + ".DenseReluDense.";
            if (config().gated()) {
                map.addStacked(own + ".feedForward.intermediate.weight", dense + "wi_0.weight", dense + "wi_1.weight");
            } else {
                map.add(own + ".feedForward.intermediate.weight", dense + "wi.weight");
            }
            map.add(own + ".feedForward.output.weight", dense + "wo.weight")
                    .add(own + ".feedForwardResidual.norm.weight", last + ".layer_norm.weight");
        }
        map.add(stack + ".end.norm.weight", stack + ".final_layer_norm.weight");
    }

    private static void addAttention(WeightMap.Builder map, String own, String layer, String name) {
        String key = layer + "." + name;
        map.addStacked(own + ".queryKeyValue.weight", key + ".q.weight", key + ".k.weight", key + ".v.weight")
                .add(own + ".output.weight", key + ".o.weight")
                .add(own + "Residual.norm.weight", layer + ".layer_norm.weight");
    }

    @Override
    protected T5ForConditionalGeneration newInstance() {
        return new T5ForConditionalGeneration(config());
    }
}
