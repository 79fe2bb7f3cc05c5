package io.transformer4j.models.distilbert;

import io.transformer4j.models.WeightMap;
import io.transformer4j.models.encoder.EncoderModel;

/** The bare DistilBERT encoder, which has no pooler (HF {@code DistilBertModel}). */
public final class DistilBertModel extends EncoderModel<DistilBertConfig> {
    /** An encoder without weights. */
    public DistilBertModel(DistilBertConfig config) {
        super(config, config.embeddings(), config::layer, false);
    }

    @Override
    public String baseModelPrefix() {
        return "distilbert.";
    }

    @Override
    protected DistilBertModel newInstance() {
        return new DistilBertModel(config());
    }

    @Override
    public WeightMap weightMap() {
        WeightMap.Builder map = WeightMap.builder()
                .add("embeddings.word.weight", "embeddings.word_embeddings.weight")
                .add("embeddings.position.weight", "embeddings.position_embeddings.weight")
                .addPair("embeddings.norm", "embeddings.LayerNorm");
        for (int i = 0; i < config().numHiddenLayers(); i++) {
            String own = "layers." + i;
            String key = "transformer.layer." + i;
            String self = key + ".attention.";
            map.addStackedPair(own + ".attention.queryKeyValue", self + "q_lin", self + "k_lin", self + "v_lin")
                    .addPair(own + ".attention.output", self + "out_lin")
                    .addPair(own + ".attentionNorm", key + ".sa_layer_norm")
                    .addPair(own + ".feedForward.intermediate", key + ".ffn.lin1")
                    .addPair(own + ".feedForward.output", key + ".ffn.lin2")
                    .addPair(own + ".feedForwardNorm", key + ".output_layer_norm");
        }
        return map.build().and(kernelWeights("transformer.layer.", ".attention."));
    }
}
