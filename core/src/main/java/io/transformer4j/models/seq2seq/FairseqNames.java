package io.transformer4j.models.seq2seq;

import io.transformer4j.models.WeightMap;
import java.util.List;

/** Names of the weights in HF's models that came from fairseq (BART) or were made alike (Marian). */
public final class FairseqNames {
    private FairseqNames() {}

    /** Names of the output layer's weights. */
    public static WeightMap head(EncoderDecoderSpec spec) {
        WeightMap.Builder map = WeightMap.builder();
        if (!spec.head().tied()) {
            map.add("head", "lm_head.weight");
        }
        return spec.head().biased() ? map.add("headBias", "final_logits_bias").build() : map.build();
    }

    /** The table of a model without output layer. */
    public static WeightMap weightMap(EncoderDecoderSpec spec) {
        WeightMap.Builder map = WeightMap.builder();
        if (spec.sharedEmbeddings()) {
            map.add("sourceEmbeddings.weight", "shared.weight");
        } else {
            map.add("sourceEmbeddings.weight", "encoder.embed_tokens.weight")
                    .add("targetEmbeddings.weight", "decoder.embed_tokens.weight");
        }
        addStack(map, spec, "encoder", spec.encoder().layers(), false);
        addStack(map, spec, "decoder", spec.decoder().layers(), true);
        WeightMap names = spec.sharedEmbeddings() ? map.build() : map.build().withUnread("shared.weight");
        return spec.positions() instanceof EncoderDecoderSpec.Positions.Sinusoidal
                ? names.withUnread("encoder.embed_positions.weight").withUnread("decoder.embed_positions.weight")
                : names;
    }

    private static void addStack(
            WeightMap.Builder map, EncoderDecoderSpec spec, String stack, int layers, boolean crossAttention) {
        if (spec.positions() instanceof EncoderDecoderSpec.Positions.Learned) {
            map.add(stack + ".embedding.positions.table.weight", stack + ".embed_positions.weight");
        }
        if (spec.embeddingNorm()) {
            map.addPair(stack + ".embedding.norm", stack + ".layernorm_embedding");
        }
        for (int i = 0; i < layers; i++) {
            String own = stack + ".layers." + i;
            String key = stack + ".layers." + i;
            addAttention(map, own + ".attention", key + ".self_attn");
            if (crossAttention) {
                addAttention(map, own + ".crossAttention", key + ".encoder_attn");
            }
            map.addPair(own + ".feedForward.intermediate", key + ".fc1")
                    .addPair(own + ".feedForward.output", key + ".fc2")
                    .addPair(own + ".feedForwardResidual.norm", key + ".final_layer_norm");
        }
    }

    private static void addAttention(WeightMap.Builder map, String own, String key) {
        for (String kind : List.of(".weight", ".bias")) {
            map.addStacked(
                    own + ".queryKeyValue" + kind,
                    key + ".q_proj" + kind,
                    key + ".k_proj" + kind,
                    key + ".v_proj" + kind);
        }
        map.addPair(own + ".output", key + ".out_proj").addPair(own + "Residual.norm", key + "_layer_norm");
    }
}
