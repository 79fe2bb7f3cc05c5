package io.transformer4j.models.gpt2;

import io.transformer4j.models.WeightMap;
import io.transformer4j.models.decoder.DecoderModel;
import io.transformer4j.models.decoder.GPTLayerNames;

/** The bare GPT-2 decoder (HF {@code GPT2Model}). */
public final class GPT2Model extends DecoderModel<GPT2Config> {
    /** A decoder without weights. */
    public GPT2Model(GPT2Config config) {
        super(config, new Parts(config.embeddings(), config::layer, null, config::norm));
    }

    @Override
    public String baseModelPrefix() {
        return "transformer.";
    }

    @Override
    protected GPT2Model newInstance() {
        return new GPT2Model(config());
    }

    @Override
    public WeightMap weightMap() {
        WeightMap.Builder map = WeightMap.builder()
                .add("embeddings.word.weight", "wte.weight")
                .add("embeddings.position.weight", "wpe.weight");
        return GPTLayerNames.addTo(map, config().numHiddenLayers())
                .addPair("finalNorm", "ln_f")
                .build();
    }
}
