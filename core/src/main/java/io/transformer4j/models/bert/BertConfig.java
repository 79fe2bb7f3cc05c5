package io.transformer4j.models.bert;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import io.soabase.recordbuilder.core.RecordBuilder;
import io.transformer4j.attention.AttentionType;
import io.transformer4j.models.PretrainedConfig;
import io.transformer4j.models.encoder.BertLikeConfig;
import io.transformer4j.nn.Activation;
import java.util.Map;
import org.jspecify.annotations.Nullable;
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
        @Nullable Integer padTokenId,
        @Nullable Double classifierDropout,
        boolean tieWordEmbeddings,
        AttentionType attentionType,
        @JsonAnySetter @JsonAnyGetter Map<String, Object> other)
        implements BertLikeConfig, BertConfigBuilder.With {

    /** HF's defaults: {@code bert-base-uncased}. */
    public static final BertConfig BASE = new BertConfig(
            "bert",
            30_522,
            768,
            12,
            12,
            3072,
            "gelu",
            0.1,
            0.1,
            512,
            2,
            0.02,
            1e-12,
            0,
            null,
            true,
            AttentionType.FLASH,
            Map.of());

    /**
     * Checks every value.
     *
     * @throws IllegalArgumentException in one sentence with the key's name
     */
    public BertConfig {
        PretrainedConfig.checkModelType("bert", modelType);
        BertLikeConfig.checkSizes(
                vocabSize,
                hiddenSize,
                numHiddenLayers,
                numAttentionHeads,
                intermediateSize,
                maxPositionEmbeddings,
                typeVocabSize);
        BertLikeConfig.checkRates(
                hiddenDropoutProb, attentionProbsDropoutProb, classifierDropout, initializerRange, layerNormEps);
        Activation.of(hiddenAct);
        PretrainedConfig.checkTokenId("pad_token_id", padTokenId, vocabSize);
        BertLikeConfig.checkEncoderOnly(other);
    }
}
