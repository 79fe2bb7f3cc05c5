package io.transformer4j.models.transformer;

import io.transformer4j.models.WeightMap;
import io.transformer4j.models.seq2seq.EncoderDecoderBody;

/** The Transformer of 2017 without output layer, with weights named as in {@code torch.nn.Transformer}. */
public final class TransformerModel extends EncoderDecoderBody<TransformerConfig> {
    /** A model without weights. */
    public TransformerModel(TransformerConfig config) {
        super(config);
    }

    @Override
    public String baseModelPrefix() {
        return "transformer.";
    }

    @Override
    protected TransformerModel newInstance() {
        return new TransformerModel(config());
    }

    @Override
    public WeightMap weightMap() {
        WeightMap.Builder map = WeightMap.builder().add("sourceEmbeddings.weight", "src_embed.weight");
        if (!config().shareEmbeddings()) {
            map.add("targetEmbeddings.weight", "tgt_embed.weight");
        }
        addStack(map, "encoder", config().numEncoderLayers(), false);
        addStack(map, "decoder", config().numDecoderLayers(), true);
        return map.build();
    }

    private void addStack(WeightMap.Builder map, String stack, int layers, boolean crossAttention) {
        if (config().positionEmbeddingType() == TransformerConfig.PositionType.LEARNED) {
            map.add(stack + ".embedding.positions.table.weight", stack + "_positions.weight");
        }
        for (int i = 0; i < layers; i++) {
            String own = stack + ".layers." + i;
            String key = "transformer." + stack + ".layers." + i;
            addAttention(map, own + ".attention", key + ".self_attn", key + ".norm1");
            if (crossAttention) {
                addAttention(map, own + ".crossAttention", key + ".multihead_attn", key + ".norm2");
            }
            map.addPair(own + ".feedForward.intermediate", key + ".linear1")
                    .addPair(own + ".feedForward.output", key + ".linear2")
                    .addPair(own + ".feedForwardResidual.norm", key + (crossAttention ? ".norm3" : ".norm2"));
        }
        if (config().finalNorms()) {
            map.addPair(stack + ".end.norm", "transformer." + stack + ".norm");
        }
    }

    private static void addAttention(WeightMap.Builder map, String own, String key, String norm) {
        map.add(own + ".queryKeyValue.weight", key + ".in_proj_weight")
                .add(own + ".queryKeyValue.bias", key + ".in_proj_bias")
                .addPair(own + ".output", key + ".out_proj")
                .addPair(own + "Residual.norm", norm);
    }
}
