package io.transformer4j.models.encoder;

import io.transformer4j.models.WeightMap;
import java.util.List;

/** What Google's BERT called its weights, and with it HF and the families that came from it. */
public final class BertNames {
    private BertNames() {}

    /** The table of an encoder. */
    public static WeightMap encoder(int layers, boolean withPooler) {
        return encoder(layers, withPooler, true);
    }

    /** The table of an encoder whose queries, keys and values may have no biases. */
    public static WeightMap encoder(int layers, boolean withPooler, boolean inputBias) {
        WeightMap.Builder map = WeightMap.builder()
                .add("embeddings.word.weight", "embeddings.word_embeddings.weight")
                .add("embeddings.position.weight", "embeddings.position_embeddings.weight")
                .add("embeddings.tokenType.weight", "embeddings.token_type_embeddings.weight")
                .addPair("embeddings.norm", "embeddings.LayerNorm");
        for (int i = 0; i < layers; i++) {
            String own = "layers." + i;
            String key = "encoder.layer." + i;
            String self = key + ".attention.self.";
            for (String kind : inputBias ? List.of(".weight", ".bias") : List.of(".weight")) {
                map.addStacked(
                        own + ".attention.queryKeyValue" + kind,
                        self + "query" + kind,
                        self + "key" + kind,
                        self + "value" + kind);
            }
            map.addPair(own + ".attention.output", key + ".attention.output.dense")
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

    /**
     * The table of a masked-language head.
     *
     * @param tied whether its matrix is the word embeddings'
     */
    public static WeightMap maskedLM(boolean tied, String wordEmbeddingsKey) {
        WeightMap.Builder map = WeightMap.builder()
                .addPair("transform", "cls.predictions.transform.dense")
                .addPair("norm", "cls.predictions.transform.LayerNorm");
        return tied
                ? map.add("bias", "cls.predictions.bias")
                        .build()
                        .withTied("cls.predictions.decoder.weight", wordEmbeddingsKey)
                        .withTied("cls.predictions.decoder.bias", "cls.predictions.bias")
                : map.add("decoder", "cls.predictions.decoder.weight")
                        .add("bias", "cls.predictions.decoder.bias")
                        .build()
                        .withUnread("cls.predictions.bias");
    }
}
