package io.transformer4j.models.openaigpt;

import static io.transformer4j.models.PretrainedConfig.check;
import static io.transformer4j.models.PretrainedConfig.checkOnly;
import static io.transformer4j.models.PretrainedConfig.checkPositive;
import static io.transformer4j.models.PretrainedConfig.checkProbability;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import io.soabase.recordbuilder.core.RecordBuilder;
import io.transformer4j.attention.AttentionOptions;
import io.transformer4j.attention.AttentionType;
import io.transformer4j.attention.SelfAttention;
import io.transformer4j.models.PretrainedConfig;
import io.transformer4j.models.TextEmbeddings;
import io.transformer4j.models.TransformerLayer;
import io.transformer4j.nn.Activation;
import io.transformer4j.nn.FeedForward;
import io.transformer4j.nn.Initializer;
import io.transformer4j.nn.LayerNorm;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * Architecture of a GPT-1 decoder; keys as in HF {@code OpenAIGPTConfig}.
 *
 * @param afn activation: {@code gelu} (by its tanh approximation), {@code relu}, {@code silu} or {@code swish}
 * @param eosTokenId token that ends a text; null if there is none
 */
@RecordBuilder
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record OpenAIGPTConfig(
        String modelType,
        long vocabSize,
        int nPositions,
        long nEmbd,
        int nLayer,
        int nHead,
        String afn,
        double residPdrop,
        double embdPdrop,
        double attnPdrop,
        double layerNormEpsilon,
        double initializerRange,
        boolean tieWordEmbeddings,
        @Nullable Integer eosTokenId,
        AttentionType attentionType,
        @JsonAnySetter @JsonAnyGetter Map<String, Object> other)
        implements PretrainedConfig, OpenAIGPTConfigBuilder.With {

    /** HF's defaults: {@code openai-gpt}, 117 million parameters. */
    public static final OpenAIGPTConfig BASE = new OpenAIGPTConfig(
            "openai-gpt",
            40_478,
            512,
            768,
            12,
            12,
            "gelu",
            0.1,
            0.1,
            0.1,
            1e-5,
            0.02,
            true,
            null,
            AttentionType.FLASH,
            Map.of());

    /**
     * Checks every value.
     *
     * @throws IllegalArgumentException in one sentence with the key's name
     */
    public OpenAIGPTConfig {
        PretrainedConfig.checkModelType("openai-gpt", modelType);
        checkPositive("vocab_size", vocabSize);
        checkPositive("n_positions", nPositions);
        PretrainedConfig.checkHeads("n_embd", nEmbd, "n_head", nHead);
        PretrainedConfig.checkLayers("n_layer", nLayer);
        activation(afn);
        checkProbability("resid_pdrop", residPdrop);
        checkProbability("embd_pdrop", embdPdrop);
        checkProbability("attn_pdrop", attnPdrop);
        check(layerNormEpsilon > 0, "layer_norm_epsilon must be positive, but is %s", layerNormEpsilon);
        check(initializerRange >= 0, "initializer_range must not be negative, but is %s", initializerRange);
        checkOnly(other, "pruned_heads", Map.of());
    }

    private static Activation activation(String afn) {
        return switch (afn) {
            case "gelu" -> Activation.GELU_NEW;
            case "relu" -> Activation.RELU;
            case "silu", "swish" -> Activation.SILU;
            default ->
                throw new IllegalArgumentException("afn must be gelu, relu, silu or swish, but is \"" + afn + "\"");
        };
    }

    @Override
    public long hiddenSize() {
        return nEmbd;
    }

    @Override
    public int numHiddenLayers() {
        return nLayer;
    }

    @Override
    public int numAttentionHeads() {
        return nHead;
    }

    @Override
    public long intermediateSize() {
        return 4 * nEmbd;
    }

    @Override
    public int maxPositionEmbeddings() {
        return nPositions;
    }

    Initializer initializer() {
        return Initializer.normal(initializerRange);
    }

    TextEmbeddings.Config embeddings() {
        return new TextEmbeddings.Config(vocabSize, nEmbd, initializer())
                .with(e -> e.positions(nPositions).dropout(embdPdrop));
    }

    TransformerLayer.Config layer(int index) {
        return new TransformerLayer.Config(
                new SelfAttention.Config(nEmbd, nHead, attentionType, true, attnPdrop, initializer(), initializer())
                        .with(a -> a.options(AttentionOptions.readCausal(other, index, nPositions))),
                new FeedForward.Config(nEmbd, intermediateSize(), activation(afn), initializer()),
                () -> new LayerNorm(nEmbd, layerNormEpsilon),
                false,
                residPdrop,
                residPdrop);
    }
}
