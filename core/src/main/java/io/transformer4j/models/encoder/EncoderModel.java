package io.transformer4j.models.encoder;

import io.transformer4j.attention.ChosenTokens;
import io.transformer4j.attention.SequenceLayout;
import io.transformer4j.models.BareModel;
import io.transformer4j.models.BaseModelOutput;
import io.transformer4j.models.BodyModel;
import io.transformer4j.models.ModelInputs;
import io.transformer4j.models.PretrainedConfig;
import io.transformer4j.models.TextEmbeddings;
import io.transformer4j.models.TransformerLayer;
import io.transformer4j.models.WeightMap;
import io.transformer4j.nn.Embedding;
import io.transformer4j.nn.Linear;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A bare encoder: embeddings, then layers whose tokens all see each other, with or without a pooler. Families add their
 * configuration and their names of the weights.
 *
 * @param <C> the family's configuration
 */
public abstract class EncoderModel<C extends PretrainedConfig> extends BodyModel<C> implements BareModel {
    private final TextEmbeddings embeddings;
    private final List<TransformerLayer> layers;
    private final @Nullable Linear pooler;

    /** An encoder without weights. */
    protected EncoderModel(
            C config,
            TextEmbeddings.Config embeddings,
            IntFunction<TransformerLayer.Config> layer,
            boolean withPooler) {
        super(config);
        this.embeddings = child("embeddings", new TextEmbeddings(embeddings));
        this.layers = children("layers", config.numHiddenLayers(), i -> TransformerLayer.of(layer.apply(i)));
        this.pooler = withPooler
                ? child("pooler", new Linear(config.hiddenSize(), config.hiddenSize(), true, embeddings.initializer()))
                : null;
    }

    @Override
    public final BaseModelOutput forward(ModelInputs inputs, boolean outputHiddenStates) {
        inputs.checkLength(config());
        SequenceLayout layout = layout(inputs);
        List<Tensor> states = new ArrayList<>();
        Tensor hidden = embeddings.forward(inputs); // [tokens, hiddenSize]
        for (TransformerLayer layer : layers) {
            if (outputHiddenStates) {
                states.add(hidden);
            }
            hidden = layer.forward(hidden, layout, null, null);
        }
        if (outputHiddenStates) {
            states.add(hidden);
        }
        return new BaseModelOutput(hidden, List.copyOf(states));
    }

    /** {@inheritDoc} The last layer computes little more than the keys and values of the others. */
    @Override
    public final Tensor forward(ModelInputs inputs, ChosenTokens chosen) {
        inputs.checkLength(config());
        SequenceLayout layout = layout(inputs);
        Tensor hidden = embeddings.forward(inputs); // [tokens, hiddenSize]
        int last = layers.size() - 1;
        for (TransformerLayer layer : layers.subList(0, last)) {
            hidden = layer.forward(hidden, layout, null, null);
        }
        return layers.get(last).forward(hidden, layout, chosen);
    }

    /** The last hidden states of each sequence's first token, {@code [batch, hiddenSize]}. */
    public final Tensor firstTokens(ModelInputs inputs) {
        return forward(inputs, ChosenTokens.of(inputs.layout().firstRows()));
    }

    @Override
    public final List<Tensor> attentions(ModelInputs inputs) {
        List<Tensor> states = forward(inputs, true).hiddenStates();
        SequenceLayout layout = layout(inputs);
        return IntStream.range(0, layers.size())
                .mapToObj(i -> layers.get(i).attentionWeights(states.get(i), layout, null))
                .toList();
    }

    /** The layout that the layers get. */
    protected SequenceLayout layout(ModelInputs inputs) {
        return inputs.layout();
    }

    /** Names of the weights that only some kernels have (linformer). */
    protected final WeightMap kernelWeights() {
        return kernelWeights("encoder.layer.", ".attention.self.");
    }

    /**
     * As {@link #kernelWeights()}, for checkpoints with other names.
     *
     * @param layers what stands before a layer's number
     * @param kernel what stands between a layer's number and the name of a kernel's weight
     */
    protected final WeightMap kernelWeights(String layers, String kernel) {
        WeightMap.Builder map = WeightMap.builder();
        namedParameters().keySet().stream()
                .filter(name -> name.contains(".attention.kernel."))
                .forEach(name -> map.add(name, name.replace("layers.", layers).replace(".attention.kernel.", kernel)));
        return map.build();
    }

    /** Whether there is a pooler. */
    public final boolean hasPooler() {
        return pooler != null;
    }

    /**
     * The pooled output: a dense layer and tanh.
     *
     * @param first last hidden states of each sequence's first token, {@code [batch, hiddenSize]}
     * @return {@code [batch, hiddenSize]}
     * @throws IllegalStateException if there is no pooler
     */
    public final Tensor pool(Tensor first) {
        if (pooler == null) {
            throw new IllegalStateException("this " + architecture() + " has no pooler");
        }
        return pooler.forward(first).tanh();
    }

    @Override
    public final Map<String, Tensor> outputs(ModelInputs inputs) {
        BaseModelOutput encoded = forward(inputs, true);
        Map<String, Tensor> outputs = encoded.named();
        if (hasPooler()) {
            outputs.put(
                    "pooler_output",
                    pool(ChosenTokens.of(inputs.layout().firstRows()).of(encoded.lastHiddenState())));
        }
        return outputs;
    }

    /** Another encoder of this architecture, without weights. */
    @SuppressWarnings("unchecked") // a model makes others of its own class
    public final EncoderModel<C> another() {
        return (EncoderModel<C>) newInstance();
    }

    /** The word embeddings, which masked-language heads share. */
    public final Embedding wordEmbeddings() {
        return embeddings.word();
    }
}
