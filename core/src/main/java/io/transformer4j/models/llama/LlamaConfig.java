package io.transformer4j.models.llama;

import static io.transformer4j.models.PretrainedConfig.check;
import static io.transformer4j.models.PretrainedConfig.checkOnly;
import static io.transformer4j.models.PretrainedConfig.checkPositive;
import static io.transformer4j.models.PretrainedConfig.checkProbability;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import io.soabase.recordbuilder.core.RecordBuilder;
import io.transformer4j.attention.AttentionOptions;
import io.transformer4j.attention.AttentionType;
import io.transformer4j.attention.RotaryEmbedding;
import io.transformer4j.attention.SelfAttention;
import io.transformer4j.models.PretrainedConfig;
import io.transformer4j.models.TextEmbeddings;
import io.transformer4j.models.TransformerLayer;
import io.transformer4j.nn.Activation;
import io.transformer4j.nn.FeedForward;
import io.transformer4j.nn.Initializer;
import io.transformer4j.nn.RMSNorm;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * Architecture of a Llama decoder; keys as in HF {@code LlamaConfig}.
 *
 * @param numKeyValueHeads heads of keys and values; null for as many as of queries
 * @param headDim elements of a head; null for {@code hidden_size / num_attention_heads}
 * @param ropeParameters rotary positions ({@code rope_theta}, {@code rope_type} …); null for {@code rope_theta} and {@code
 *     rope_scaling} among the other keys, as older files have them
 * @param attentionBias whether the projections of attention have biases
 * @param mlpBias whether the feed-forward networks have biases
 * @param eosTokenId token, or tokens, that end a text; null if there are none
 */
@RecordBuilder
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record LlamaConfig(
        String modelType,
        long vocabSize,
        long hiddenSize,
        long intermediateSize,
        int numHiddenLayers,
        int numAttentionHeads,
        @Nullable Integer numKeyValueHeads,
        @Nullable Long headDim,
        String hiddenAct,
        int maxPositionEmbeddings,
        double initializerRange,
        double rmsNormEps,
        @Nullable Map<String, Object> ropeParameters,
        boolean attentionBias,
        double attentionDropout,
        boolean mlpBias,
        boolean tieWordEmbeddings,
        @Nullable Integer padTokenId,
        @Nullable Object eosTokenId,
        AttentionType attentionType,
        @JsonAnySetter @JsonAnyGetter Map<String, Object> other)
        implements PretrainedConfig, LlamaConfigBuilder.With {

    /** HF's defaults: {@code Llama-2-7b}. */
    public static final LlamaConfig BASE = new LlamaConfig(
            "llama",
            32_000,
            4096,
            11_008,
            32,
            32,
            null,
            null,
            "silu",
            2048,
            0.02,
            1e-6,
            null,
            false,
            0,
            false,
            false,
            null,
            2,
            AttentionType.FLASH,
            Map.of());

    /**
     * Checks every value.
     *
     * @throws IllegalArgumentException in one sentence with the key's name
     */
    public LlamaConfig {
        PretrainedConfig.checkModelType("llama", modelType);
        checkPositive("vocab_size", vocabSize);
        PretrainedConfig.checkHeads("hidden_size", hiddenSize, "num_attention_heads", numAttentionHeads);
        checkPositive("intermediate_size", intermediateSize);
        PretrainedConfig.checkLayers("num_hidden_layers", numHiddenLayers);
        if (numKeyValueHeads != null) {
            PretrainedConfig.checkHeads(
                    "num_attention_heads", numAttentionHeads, "num_key_value_heads", numKeyValueHeads);
        }
        long headSize = headDim == null ? hiddenSize / numAttentionHeads : headDim;
        check(headSize > 0 && headSize % 2 == 0, "head_dim must be even and positive, but is %d", headSize);
        Activation.of(hiddenAct);
        checkPositive("max_position_embeddings", maxPositionEmbeddings);
        check(initializerRange >= 0, "initializer_range must not be negative, but is %s", initializerRange);
        check(rmsNormEps > 0, "rms_norm_eps must be positive, but is %s", rmsNormEps);
        RopeParameters.of(ropeParameters, other, headSize, maxPositionEmbeddings);
        checkProbability("attention_dropout", attentionDropout);
        PretrainedConfig.checkTokenId("pad_token_id", padTokenId, vocabSize);
        checkOnly(other, "pruned_heads", Map.of());
    }

    /** Heads of keys and values. */
    int keyValueHeads() {
        return numKeyValueHeads == null ? numAttentionHeads : numKeyValueHeads;
    }

    private long headSize() {
        return headDim == null ? hiddenSize / numAttentionHeads : headDim;
    }

    @Override
    public long keyValueSize() {
        return Math.multiplyExact(keyValueHeads(), headSize());
    }

    /** Dropout before a classifier of tokens: as in HF 0.1 unless {@code classifier_dropout} says otherwise. */
    double classifierDropout() {
        return PretrainedConfig.probability(other, "classifier_dropout", 0.1);
    }

    Initializer initializer() {
        return Initializer.normal(initializerRange);
    }

    RMSNorm norm() {
        return new RMSNorm(hiddenSize, rmsNormEps);
    }

    TextEmbeddings.Config embeddings() {
        return new TextEmbeddings.Config(vocabSize, hiddenSize, initializer()).with(e -> e.paddingId(padTokenId));
    }

    private RopeParameters rope() {
        return RopeParameters.of(ropeParameters, other, headSize(), maxPositionEmbeddings);
    }

    RotaryEmbedding rotary() {
        return rope().embedding(headSize());
    }

    @Override
    public int maxInputLength() {
        return rope().maxLength();
    }

    /** Positions that stretch with the input, as far as it takes, have no end. */
    @Override
    public boolean limitsInputLength() {
        return rope().maxLength() == maxPositionEmbeddings;
    }

    TransformerLayer.Config layer(int index) {
        return new TransformerLayer.Config(
                new SelfAttention.Config(
                                hiddenSize,
                                numAttentionHeads,
                                attentionType,
                                true,
                                attentionDropout,
                                initializer(),
                                initializer())
                        .with(a -> a.numKeyValueHeads(keyValueHeads())
                                .options(AttentionOptions.readCausal(other, index, maxPositionEmbeddings))
                                .headSize(headSize())
                                .scale(1 / Math.sqrt((double) headSize()))
                                .inputBias(attentionBias)
                                .outputBias(attentionBias)),
                new FeedForward.Config(hiddenSize, intermediateSize, Activation.of(hiddenAct), initializer())
                        .with(f -> f.gated(true).bias(mlpBias)),
                this::norm,
                true,
                0,
                0);
    }
}
