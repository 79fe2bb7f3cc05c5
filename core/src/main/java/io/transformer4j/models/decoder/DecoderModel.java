package io.transformer4j.models.decoder;

import io.transformer4j.attention.KvCache;
import io.transformer4j.attention.RotaryEmbedding;
import io.transformer4j.models.BareModel;
import io.transformer4j.models.BaseModelOutput;
import io.transformer4j.models.BodyModel;
import io.transformer4j.models.ModelInputs;
import io.transformer4j.models.PretrainedConfig;
import io.transformer4j.models.TextEmbeddings;
import io.transformer4j.models.TransformerLayer;
import io.transformer4j.nn.Embedding;
import io.transformer4j.nn.Norm;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A bare decoder: embeddings, then layers whose tokens see those before them. Families add their configuration and their
 * names of the weights.
 *
 * @param <C> the family's configuration
 */
public abstract class DecoderModel<C extends PretrainedConfig> extends BodyModel<C> implements BareModel {
    private final TextEmbeddings embeddings;
    private final @Nullable RotaryEmbedding rotary;
    private final List<TransformerLayer> layers;
    private final @Nullable Norm finalNorm;

    /**
     * What a decoder is made of.
     *
     * @param layer gives the settings of each layer, from 0
     * @param rotary positions that enter in every layer; null if the embeddings have them
     * @param finalNorm of the last layer's result; null for none
     */
    public record Parts(
            TextEmbeddings.Config embeddings,
            IntFunction<TransformerLayer.Config> layer,
            @Nullable RotaryEmbedding rotary,
            @Nullable Supplier<Norm> finalNorm) {}

    /** A decoder without weights. */
    protected DecoderModel(C config, Parts parts) {
        super(config);
        embeddings = child("embeddings", new TextEmbeddings(parts.embeddings()));
        rotary = parts.rotary();
        layers = children(
                "layers",
                config.numHiddenLayers(),
                i -> TransformerLayer.of(parts.layer().apply(i)));
        finalNorm = parts.finalNorm() == null
                ? null
                : child("finalNorm", parts.finalNorm().get());
    }

    @Override
    public final BaseModelOutput forward(ModelInputs inputs, boolean outputHiddenStates) {
        return forward(inputs, null, outputHiddenStates);
    }

    /**
     * Runs a batch.
     *
     * @param cache keys and values of earlier tokens, which this call extends; null for none
     * @param outputHiddenStates whether to return all hidden states too; the last one is after the final norm, as in HF
     * @throws IllegalArgumentException if a sequence has more tokens than the model has positions
     */
    public final BaseModelOutput forward(ModelInputs inputs, @Nullable KvCache cache, boolean outputHiddenStates) {
        inputs.checkLength(config());
        List<Tensor> states = new ArrayList<>();
        Tensor hidden = embeddings.forward(inputs); // [tokens, hiddenSize]
        RotaryEmbedding.Rotation rotation = rotation(inputs, cache);
        for (int i = 0; i < layers.size(); i++) {
            if (outputHiddenStates) {
                states.add(hidden);
            }
            hidden = layers.get(i).forward(hidden, inputs.layout(), rotation, cache == null ? null : cache.layer(i));
        }
        if (cache != null) {
            cache.advance(inputs.layout());
        }
        hidden = finalNorm == null ? hidden : finalNorm.forward(hidden);
        if (outputHiddenStates) {
            states.add(hidden);
        }
        return new BaseModelOutput(hidden, List.copyOf(states));
    }

    private RotaryEmbedding.@Nullable Rotation rotation(ModelInputs inputs, @Nullable KvCache cache) {
        return rotary == null ? null : rotary.at(inputs.positions(), longest(inputs, cache));
    }

    private static int longest(ModelInputs inputs, @Nullable KvCache cache) {
        if (cache != null) {
            return cache.longest() + inputs.layout().maxLength();
        }
        return inputs.positionIds() == null
                ? inputs.layout().maxLength()
                : 1 + inputs.positionIds().max().item_int();
    }

    @Override
    public final List<Tensor> attentions(ModelInputs inputs) {
        List<Tensor> states = forward(inputs, true).hiddenStates();
        RotaryEmbedding.Rotation rotation = rotation(inputs, null);
        return IntStream.range(0, layers.size())
                .mapToObj(i -> layers.get(i).attentionWeights(states.get(i), inputs.layout(), rotation))
                .toList();
    }

    @Override
    public final Map<String, Tensor> outputs(ModelInputs inputs) {
        return forward(inputs, null, true).named();
    }

    /** The token embeddings, which language-model heads may share. */
    public final Embedding tokenEmbeddings() {
        return embeddings.word();
    }
}
