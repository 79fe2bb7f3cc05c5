package io.transformer4j.models.gpt2;

import io.transformer4j.attention.KvCache;
import io.transformer4j.models.BaseModelOutput;
import io.transformer4j.models.ModelInputs;
import io.transformer4j.models.PretrainedModel;
import io.transformer4j.models.TransformerLayer;
import io.transformer4j.models.WeightMap;
import io.transformer4j.nn.Dropout;
import io.transformer4j.nn.Embedding;
import io.transformer4j.nn.LayerNorm;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** The bare GPT-2 decoder (HF {@code GPT2Model}). */
public final class GPT2Model extends PretrainedModel {
    private final GPT2Config config;
    private final Embedding tokenEmbeddings;
    private final Embedding positionEmbeddings;
    private final Dropout dropout;
    private final List<TransformerLayer> layers;
    private final LayerNorm finalNorm;

    /** A decoder without weights. */
    public GPT2Model(GPT2Config config) {
        this.config = config;
        tokenEmbeddings =
                child("tokenEmbeddings", new Embedding(config.vocabSize(), config.nEmbd(), config.initializer()));
        positionEmbeddings =
                child("positionEmbeddings", new Embedding(config.nPositions(), config.nEmbd(), config.initializer()));
        dropout = child("dropout", new Dropout(config.embdPdrop()));
        layers = children("layers", config.nLayer(), i -> TransformerLayer.of(config.layer()));
        finalNorm = child("finalNorm", new LayerNorm(config.nEmbd(), config.layerNormEpsilon()));
    }

    /** Runs a batch from its first token. */
    public BaseModelOutput forward(ModelInputs inputs) {
        return forward(inputs, null, false);
    }

    /**
     * Runs a batch.
     *
     * @param cache keys and values of earlier tokens, which this call extends; null for none
     * @param outputHiddenStates whether to return all hidden states too; the last one is after the final norm, as in HF
     * @throws IllegalArgumentException if a sequence has more tokens than the model has positions
     */
    public BaseModelOutput forward(ModelInputs inputs, @Nullable KvCache cache, boolean outputHiddenStates) {
        inputs.checkLength(config);
        List<Tensor> states = new ArrayList<>();
        Tensor hidden = dropout.forward(tokenEmbeddings
                .forward(inputs.inputIds())
                .add(positionEmbeddings.forward(inputs.positions()))); // [tokens, hiddenSize]
        for (int i = 0; i < layers.size(); i++) {
            if (outputHiddenStates) {
                states.add(hidden);
            }
            hidden = layers.get(i).forward(hidden, inputs.layout(), null, cache == null ? null : cache.layer(i));
        }
        if (cache != null) {
            cache.advance(inputs.layout());
        }
        hidden = finalNorm.forward(hidden);
        if (outputHiddenStates) {
            states.add(hidden);
        }
        return new BaseModelOutput(hidden, List.copyOf(states));
    }

    @Override
    public Map<String, Tensor> outputs(ModelInputs inputs) {
        return forward(inputs, null, true).named();
    }

    /** The token embeddings, which the language-model head shares. */
    Embedding tokenEmbeddings() {
        return tokenEmbeddings;
    }

    @Override
    public GPT2Config config() {
        return config;
    }

    @Override
    public String baseModelPrefix() {
        return "transformer.";
    }

    @Override
    protected GPT2Model newInstance() {
        return new GPT2Model(config);
    }

    @Override
    public WeightMap weightMap() {
        WeightMap.Builder map = WeightMap.builder()
                .add("tokenEmbeddings.weight", "wte.weight")
                .add("positionEmbeddings.weight", "wpe.weight");
        for (int i = 0; i < config.nLayer(); i++) {
            String own = "layers." + i;
            String key = "h." + i;
            map.addPair(own + ".attentionNorm", key + ".ln_1")
                    .addTransposed(own + ".attention.queryKeyValue.weight", key + ".attn.c_attn.weight")
                    .add(own + ".attention.queryKeyValue.bias", key + ".attn.c_attn.bias")
                    .addTransposed(own + ".attention.output.weight", key + ".attn.c_proj.weight")
                    .add(own + ".attention.output.bias", key + ".attn.c_proj.bias")
                    .addPair(own + ".feedForwardNorm", key + ".ln_2")
                    .addTransposed(own + ".feedForward.intermediate.weight", key + ".mlp.c_fc.weight")
                    .add(own + ".feedForward.intermediate.bias", key + ".mlp.c_fc.bias")
                    .addTransposed(own + ".feedForward.output.weight", key + ".mlp.c_proj.weight")
                    .add(own + ".feedForward.output.bias", key + ".mlp.c_proj.bias");
        }
        return map.addPair("finalNorm", "ln_f").build();
    }
}
