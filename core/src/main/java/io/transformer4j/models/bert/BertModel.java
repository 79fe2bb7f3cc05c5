package io.transformer4j.models.bert;

import io.transformer4j.models.BaseModelOutput;
import io.transformer4j.models.ModelInputs;
import io.transformer4j.models.PretrainedModel;
import io.transformer4j.models.TransformerLayer;
import io.transformer4j.models.WeightMap;
import io.transformer4j.nn.Dropout;
import io.transformer4j.nn.Embedding;
import io.transformer4j.nn.LayerNorm;
import io.transformer4j.nn.Linear;
import io.transformer4j.nn.Module;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** The bare BERT encoder, with or without pooler (HF {@code BertModel}). */
public final class BertModel extends PretrainedModel {
    private final BertConfig config;
    private final boolean withPooler;
    private final Embeddings embeddings;
    private final List<TransformerLayer> layers;
    private final @Nullable Linear pooler;

    /** An encoder with pooler. */
    public BertModel(BertConfig config) {
        this(config, true);
    }

    /** An encoder; masked-language models have no pooler. */
    BertModel(BertConfig config, boolean withPooler) {
        this.config = config;
        this.withPooler = withPooler;
        this.embeddings = child("embeddings", new Embeddings(config));
        this.layers = children("layers", config.numHiddenLayers(), i -> TransformerLayer.of(config.layer()));
        this.pooler = withPooler
                ? child("pooler", new Linear(config.hiddenSize(), config.hiddenSize(), true, config.initializer()))
                : null;
    }

    /** Sum of word, position and type embeddings, normalized (Devlin et al. 2019, fig. 2). */
    static final class Embeddings extends Module {
        private final Embedding word;
        private final Embedding position;
        private final Embedding tokenType;
        private final LayerNorm norm;
        private final Dropout dropout;

        Embeddings(BertConfig config) {
            OptionalLong padding = OptionalLong.of(config.padTokenId());
            word = child("word", new Embedding(config.vocabSize(), config.hiddenSize(), padding, config.initializer()));
            position = child(
                    "position",
                    new Embedding(config.maxPositionEmbeddings(), config.hiddenSize(), config.initializer()));
            tokenType = child(
                    "tokenType", new Embedding(config.typeVocabSize(), config.hiddenSize(), config.initializer()));
            norm = child("norm", new LayerNorm(config.hiddenSize(), config.layerNormEps()));
            dropout = child("dropout", new Dropout(config.hiddenDropoutProb()));
        }

        Tensor forward(ModelInputs inputs) {
            Tensor sum = word.forward(inputs.inputIds())
                    .add(position.forward(inputs.positions()))
                    .add(tokenType.forward(inputs.tokenTypeIds())); // [tokens, hiddenSize]
            return dropout.forward(norm.forward(sum));
        }
    }

    /** Encodes a batch. */
    public BaseModelOutput forward(ModelInputs inputs) {
        return forward(inputs, false);
    }

    /**
     * Encodes a batch.
     *
     * @param outputHiddenStates whether to return the hidden states of all layers too
     * @throws IllegalArgumentException if a sequence has more tokens than the model has positions
     */
    public BaseModelOutput forward(ModelInputs inputs, boolean outputHiddenStates) {
        inputs.checkLength(config);
        List<Tensor> states = new ArrayList<>();
        Tensor hidden = embeddings.forward(inputs); // [tokens, hiddenSize]
        for (TransformerLayer layer : layers) {
            if (outputHiddenStates) {
                states.add(hidden);
            }
            hidden = layer.forward(hidden, inputs.layout(), null, null);
        }
        if (outputHiddenStates) {
            states.add(hidden);
        }
        return new BaseModelOutput(hidden, List.copyOf(states));
    }

    /**
     * The pooled output: each sequence's first token through a dense layer and tanh.
     *
     * @param output of {@link #forward} on the same inputs
     * @return {@code [batch, hiddenSize]}
     * @throws IllegalStateException if the model was built without pooler
     */
    public Tensor pool(BaseModelOutput output, ModelInputs inputs) {
        if (pooler == null) {
            throw new IllegalStateException("this BERT has no pooler");
        }
        Tensor rows = ModelInputs.tensor(
                inputs.layout().firstRows(), output.lastHiddenState().device());
        return pooler.forward(output.lastHiddenState().index_select(0, rows)).tanh();
    }

    @Override
    public Map<String, Tensor> outputs(ModelInputs inputs) {
        BaseModelOutput encoded = forward(inputs, true);
        Map<String, Tensor> outputs = encoded.named();
        if (withPooler) {
            outputs.put("pooler_output", pool(encoded, inputs));
        }
        return outputs;
    }

    /** The word embeddings, which masked-language heads share. */
    Embedding wordEmbeddings() {
        return embeddings.word;
    }

    @Override
    public BertConfig config() {
        return config;
    }

    @Override
    public String baseModelPrefix() {
        return "bert.";
    }

    @Override
    protected BertModel newInstance() {
        return new BertModel(config, withPooler);
    }

    @Override
    public WeightMap weightMap() {
        WeightMap.Builder map = WeightMap.builder()
                .add("embeddings.word.weight", "embeddings.word_embeddings.weight")
                .add("embeddings.position.weight", "embeddings.position_embeddings.weight")
                .add("embeddings.tokenType.weight", "embeddings.token_type_embeddings.weight")
                .addPair("embeddings.norm", "embeddings.LayerNorm");
        for (int i = 0; i < config.numHiddenLayers(); i++) {
            String own = "layers." + i;
            String key = "encoder.layer." + i;
            String self = key + ".attention.self.";
            map.addStacked(
                            own + ".attention.queryKeyValue.weight",
                            self + "query.weight",
                            self + "key.weight",
                            self + "value.weight")
                    .addStacked(
                            own + ".attention.queryKeyValue.bias",
                            self + "query.bias",
                            self + "key.bias",
                            self + "value.bias")
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
