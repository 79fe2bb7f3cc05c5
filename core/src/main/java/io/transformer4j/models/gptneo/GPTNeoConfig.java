package io.transformer4j.models.gptneo;

import static io.transformer4j.models.PretrainedConfig.check;
import static io.transformer4j.models.PretrainedConfig.checkOnly;
import static io.transformer4j.models.PretrainedConfig.checkPositive;
import static io.transformer4j.models.PretrainedConfig.checkProbability;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.soabase.recordbuilder.core.RecordBuilder;
import io.transformer4j.attention.AttentionType;
import io.transformer4j.attention.SelfAttention;
import io.transformer4j.models.PretrainedConfig;
import io.transformer4j.models.TextEmbeddings;
import io.transformer4j.models.TransformerLayer;
import io.transformer4j.nn.Activation;
import io.transformer4j.nn.FeedForward;
import io.transformer4j.nn.Initializer;
import io.transformer4j.nn.LayerNorm;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * Architecture of a GPT-Neo decoder; keys as in HF {@code GPTNeoConfig}.
 *
 * @param attentionTypes kinds of layers ({@code global}, {@code local}) and how often they are repeated, such as {@code
 *     [[["global", "local"], 12]]} for 24 layers
 * @param intermediateSizeOrNull width of the feed-forward networks; null means {@code 4 · hidden_size}
 * @param windowSize how many tokens a local layer sees, its own included
 * @param eosTokenId token that ends a text; null if there is none
 */
@RecordBuilder
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record GPTNeoConfig(
        String modelType,
        long vocabSize,
        int maxPositionEmbeddings,
        long hiddenSize,
        int numLayers,
        List<Object> attentionTypes,
        int numHeads,
        @JsonProperty("intermediate_size") @Nullable Long intermediateSizeOrNull,
        int windowSize,
        String activationFunction,
        double residDropout,
        double embedDropout,
        double attentionDropout,
        double layerNormEpsilon,
        double initializerRange,
        boolean tieWordEmbeddings,
        @Nullable Integer eosTokenId,
        AttentionType attentionType,
        @JsonAnySetter @JsonAnyGetter Map<String, Object> other)
        implements PretrainedConfig, GPTNeoConfigBuilder.With {

    private static final String LOCAL = "local";

    /** HF's defaults: {@code gpt-neo-1.3B}. */
    public static final GPTNeoConfig LARGE = new GPTNeoConfig(
            "gpt_neo",
            50_257,
            2048,
            2048,
            24,
            List.of(List.of(List.of("global", LOCAL), 12)),
            16,
            null,
            256,
            "gelu_new",
            0,
            0,
            0,
            1e-5,
            0.02,
            true,
            50_256,
            AttentionType.FLASH,
            Map.of());

    /**
     * Checks every value.
     *
     * @throws IllegalArgumentException in one sentence with the key's name
     */
    public GPTNeoConfig {
        PretrainedConfig.checkModelType("gpt_neo", modelType);
        checkPositive("vocab_size", vocabSize);
        checkPositive("max_position_embeddings", maxPositionEmbeddings);
        PretrainedConfig.checkHeads("hidden_size", hiddenSize, "num_heads", numHeads);
        PretrainedConfig.checkLayers("num_layers", numLayers);
        attentionTypes = List.copyOf(attentionTypes);
        int kinds = kinds(attentionTypes).size();
        check(kinds == numLayers, "attention_types are for %d layers, but num_layers is %d", kinds, numLayers);
        if (intermediateSizeOrNull != null) {
            checkPositive("intermediate_size", intermediateSizeOrNull);
        }
        checkPositive("window_size", windowSize);
        Activation.of(activationFunction);
        checkProbability("resid_dropout", residDropout);
        checkProbability("embed_dropout", embedDropout);
        checkProbability("attention_dropout", attentionDropout);
        check(layerNormEpsilon > 0, "layer_norm_epsilon must be positive, but is %s", layerNormEpsilon);
        check(initializerRange >= 0, "initializer_range must not be negative, but is %s", initializerRange);
        checkOnly(other, "pruned_heads", Map.of());
    }

    /** The kind of each layer. */
    private static List<String> kinds(List<Object> attentionTypes) {
        List<String> kinds = new ArrayList<>();
        for (Object type : attentionTypes) {
            check(
                    type instanceof List<?> pair
                            && pair.size() == 2
                            && pair.get(0) instanceof List<?> names
                            && !names.isEmpty()
                            && names.stream().allMatch(name -> LOCAL.equals(name) || "global".equals(name))
                            && pair.get(1) instanceof Integer times
                            && times >= 0,
                    "attention_types must have entries such as [[\"global\", \"local\"], 12], not %s",
                    type);
            List<?> pair = (List<?>) type;
            long layers = kinds.size() + (long) ((List<?>) pair.get(0)).size() * (Integer) pair.get(1);
            check(layers <= MAX_LAYERS, "attention_types must be for at most %d layers, not %d", MAX_LAYERS, layers);
            for (int i = 0; i < (Integer) pair.get(1); i++) {
                ((List<?>) pair.get(0)).forEach(name -> kinds.add(name.toString()));
            }
        }
        return kinds;
    }

    @Override
    public int numHiddenLayers() {
        return numLayers;
    }

    @Override
    public int numAttentionHeads() {
        return numHeads;
    }

    @Override
    public long intermediateSize() {
        return intermediateSizeOrNull == null ? 4 * hiddenSize : intermediateSizeOrNull;
    }

    /** Dropout before a classifier of tokens: as in HF 0.1 unless {@code classifier_dropout} says otherwise. */
    double classifierDropout() {
        return PretrainedConfig.probability(other, "classifier_dropout", 0.1);
    }

    Initializer initializer() {
        return Initializer.normal(initializerRange);
    }

    LayerNorm norm() {
        return new LayerNorm(hiddenSize, layerNormEpsilon);
    }

    TextEmbeddings.Config embeddings() {
        return new TextEmbeddings.Config(vocabSize, hiddenSize, initializer())
                .with(e -> e.positions(maxPositionEmbeddings).dropout(embedDropout));
    }

    /** Scores aren't scaled, and queries, keys and values have no biases. A global layer is a local one that sees all positions. */
    TransformerLayer.Config layer(int index) {
        boolean local = kinds(attentionTypes).get(index).equals(LOCAL);
        return new TransformerLayer.Config(
                new SelfAttention.Config(
                                hiddenSize,
                                numHeads,
                                attentionType,
                                true,
                                attentionDropout,
                                initializer(),
                                initializer())
                        .with(a -> a.scale(1).inputBias(false).window(local ? windowSize : maxPositionEmbeddings)),
                new FeedForward.Config(
                        hiddenSize, intermediateSize(), Activation.of(activationFunction), initializer()),
                this::norm,
                true,
                residDropout,
                residDropout);
    }
}
