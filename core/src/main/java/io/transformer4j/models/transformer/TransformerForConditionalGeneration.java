package io.transformer4j.models.transformer;

import io.transformer4j.models.ModelInputs;
import io.transformer4j.models.WeightMap;
import io.transformer4j.models.seq2seq.EncoderDecoderModel;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * The Transformer of "Attention Is All You Need" (Vaswani et al. 2017), with weights named as in {@code
 * torch.nn.Transformer}.
 */
public final class TransformerForConditionalGeneration extends EncoderDecoderModel<TransformerConfig> {
    /** A model without weights. */
    public TransformerForConditionalGeneration(TransformerConfig config) {
        super(config);
    }

    /** Also under torch's names: {@code memory} and {@code decoder_out}. */
    @Override
    public Map<String, Tensor> outputs(ModelInputs inputs) {
        Map<String, Tensor> outputs = super.outputs(inputs);
        outputs.put("memory", outputs.get("encoder_last_hidden_state"));
        outputs.put("decoder_out", outputs.get("decoder_hidden_states/" + config().numDecoderLayers()));
        return outputs;
    }

    @Override
    protected TransformerForConditionalGeneration newInstance() {
        return new TransformerForConditionalGeneration(config());
    }

    @Override
    public String baseModelPrefix() {
        return "transformer.";
    }

    @Override
    public WeightMap weightMap() {
        TransformerConfig config = config();
        WeightMap.Builder map = WeightMap.builder().add("sourceEmbeddings.weight", "src_embed.weight");
        if (!config.shareEmbeddings()) {
            map.add("targetEmbeddings.weight", "tgt_embed.weight");
        }
        addStack(map, "encoder", config.numEncoderLayers(), false);
        addStack(map, "decoder", config.numDecoderLayers(), true);
        if (!config.tieTgtGenerator()) {
            map.add("head", "generator.weight");
        }
        if (config.generatorBias()) {
            map.add("headBias", "generator.bias");
        }
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
