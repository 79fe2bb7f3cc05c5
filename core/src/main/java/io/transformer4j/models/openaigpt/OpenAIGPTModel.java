package io.transformer4j.models.openaigpt;

import io.transformer4j.models.WeightMap;
import io.transformer4j.models.decoder.DecoderModel;
import io.transformer4j.models.decoder.GPTLayerNames;

/** The bare GPT-1 decoder (HF {@code OpenAIGPTModel}). */
public final class OpenAIGPTModel extends DecoderModel<OpenAIGPTConfig> {
    /** A decoder without weights. */
    public OpenAIGPTModel(OpenAIGPTConfig config) {
        super(config, new Parts(config.embeddings(), config::layer, null, null));
    }

    @Override
    public String baseModelPrefix() {
        return "transformer.";
    }

    @Override
    protected OpenAIGPTModel newInstance() {
        return new OpenAIGPTModel(config());
    }

    @Override
    public WeightMap weightMap() {
        WeightMap.Builder map = WeightMap.builder()
                .add("embeddings.word.weight", "tokens_embed.weight")
                .add("embeddings.position.weight", "positions_embed.weight");
        return GPTLayerNames.addTo(map, config().numHiddenLayers()).build();
    }
}
