package io.transformer4j.models.bert;

import static io.transformer4j.models.PretrainedConfig.check;
import static io.transformer4j.models.PretrainedConfig.checkPositive;
import static io.transformer4j.models.PretrainedConfig.checkProbability;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import io.soabase.recordbuilder.core.RecordBuilder;
import io.transformer4j.attention.AttentionType;
import io.transformer4j.attention.SelfAttention;
import io.transformer4j.models.PretrainedConfig;
import io.transformer4j.models.TransformerLayer;
import io.transformer4j.nn.Activation;
import io.transformer4j.nn.FeedForward;
import io.transformer4j.nn.Initializer;
import io.transformer4j.nn.LayerNorm;
import java.util.Map;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * Architecture of a BERT encoder; keys as in HF {@code BertConfig}. Variants are made from {@link #BASE}:
 *
 * <pre>{@code
 * BertConfig small = BertConfig.BASE.with(c -> c.vocabSize(8000).hiddenSize(256).numHiddenLayers(4));
 * }</pre>
 */
@RecordBuilder
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record BertConfig(
        String modelType,
        long vocabSize,
        long hiddenSize,
        int numHiddenLayers,
        int numAttentionHeads,
        long intermediateSize,
        String hiddenAct,
        double hiddenDropoutProb,
        double attentionProbsDropoutProb,
        int maxPositionEmbeddings,
        int typeVocabSize,
        double initializerRange,
        double layerNormEps,
        int padTokenId,
        AttentionType attentionType,
        @JsonAnySetter @JsonAnyGetter Map<String, Object> other)
        implements PretrainedConfig, BertConfigBuilder.With {

    /** HF's defaults: {@code bert-base-uncased}. */
    public static final BertConfig BASE = new BertConfig(
            "bert", 30_522, 768, 12, 12, 3072, "gelu", 0.1, 0.1, 512, 2, 0.02, 1e-12, 0, AttentionType.FLASH, Map.of());

    /**
     * Checks every value.
     *
     * @throws IllegalArgumentException in one sentence with the key's name
     */
    public BertConfig {
        check("bert".equals(modelType), "model_type must be \"bert\", but is \"%s\"", modelType);
        checkPositive("vocab_size", vocabSize);
        PretrainedConfig.checkHeads("hidden_size", hiddenSize, "num_attention_heads", numAttentionHeads);
        checkPositive("num_hidden_layers", numHiddenLayers);
        checkPositive("intermediate_size", intermediateSize);
        Activation.of(hiddenAct);
        checkProbability("hidden_dropout_prob", hiddenDropoutProb);
        checkProbability("attention_probs_dropout_prob", attentionProbsDropoutProb);
        checkPositive("max_position_embeddings", maxPositionEmbeddings);
        checkPositive("type_vocab_size", typeVocabSize);
        check(initializerRange >= 0, "initializer_range must not be negative, but is %s", initializerRange);
        check(layerNormEps > 0, "layer_norm_eps must be positive, but is %s", layerNormEps);
        check(padTokenId >= 0 && padTokenId < vocabSize, "pad_token_id (%d) must be a token id", padTokenId);
        PretrainedConfig.checkOnly(other, "position_embedding_type", "absolute");
        PretrainedConfig.checkOnly(other, "is_decoder", false);
        PretrainedConfig.checkOnly(other, "tie_word_embeddings", true);
    }

    /** Weights are drawn from N(0, initializer_range²) (HF {@code BertPreTrainedModel._init_weights}). */
    Initializer initializer() {
        return Initializer.normal(initializerRange);
    }

    TransformerLayer.Config layer() {
        return new TransformerLayer.Config(
                new SelfAttention.Config(
                        hiddenSize,
                        numAttentionHeads,
                        attentionType,
                        false,
                        attentionProbsDropoutProb,
                        initializer(),
                        initializer()),
                new FeedForward.Config(hiddenSize, intermediateSize, Activation.of(hiddenAct), initializer()),
                () -> new LayerNorm(hiddenSize, layerNormEps),
                false,
                hiddenDropoutProb,
                hiddenDropoutProb);
    }
}
