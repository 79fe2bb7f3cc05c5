package io.transformer4j.models.encoder;

import io.transformer4j.models.WeightMap;

/** What Google's BERT called its weights, and with it HF and the families that came from it. */
public final class BertNames {
    private BertNames() {}

    /** The table of an encoder. */
    public static WeightMap encoder(int layers, boolean withPooler) {
        WeightMap.Builder map = WeightMap.builder()
                .add("embeddings.word.weight", "embeddings.word_embeddings.weight")
                .add("embeddings.position.weight", "embeddings.position_embeddings.weight")
                .add("embeddings.tokenType.weight", "embeddings.token_type_embeddings.weight")
                .addPair("embeddings.norm", "embeddings.LayerNorm");
        for (int i = 0; i < layers; i++) {
            String own = "layers." + i;
            String key = "encoder.layer." + i;
            String self = key + ".attention.self.";
            map.addStackedPair(own + ".attention.queryKeyValue", self + "query", self + "key", self + "value")
                    .addPair(own + ".attention.output", key + ".attention.output.dense")
                    .addPair(own + ".attentionNorm", key + ".attention.output.LayerNorm")
                    .addPair(own + ".feedForward.intermediate", key + ".intermediate.dense")
                    .addPair(own + ".feedForward.output", key + ".output.dense")
                    .addPair(own + ".feedForwardNorm", key + ".output.LayerNorm");
        }
        if (withPooler) {
            map.addPair("pooler", "pooler.dense");
        }
        return map.build();
    }
}
