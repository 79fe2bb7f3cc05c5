package io.transformer4j.models.roberta;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import io.soabase.recordbuilder.core.RecordBuilder;
import io.transformer4j.attention.AttentionType;
import io.transformer4j.models.PretrainedConfig;
import io.transformer4j.models.TextEmbeddings;
import io.transformer4j.models.encoder.BertLikeConfig;
import io.transformer4j.models.encoder.MaskedLMHead;
import io.transformer4j.nn.Activation;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * Architecture of a RoBERTa encoder; keys as in HF {@code RobertaConfig}. Positions count from {@code pad_token_id + 1}, so
 * inputs may have {@code max_position_embeddings - pad_token_id - 1} tokens.
 */
@RecordBuilder
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record RobertaConfig(
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
        implements BertLikeConfig, RobertaConfigBuilder.With {

    /** HF's defaults: nearly {@code roberta-base}, whose file has 514 positions, one type and 1e-5. */
    public static final RobertaConfig BASE = new RobertaConfig(
            "roberta",
            50_265,
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
            1,
            null,
            true,
            AttentionType.FLASH,
            Map.of());

    /**
     * Checks every value.
     *
     * @throws IllegalArgumentException in one sentence with the key's name
     */
    public RobertaConfig {
        PretrainedConfig.checkModelType("roberta", modelType);
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
        PretrainedConfig.check(padTokenId != null, "pad_token_id must be given, since positions count from it");
        PretrainedConfig.check(
                maxPositionEmbeddings > padTokenId + 1,
                "max_position_embeddings (%d) must be larger than pad_token_id + 1 (%d)",
                maxPositionEmbeddings,
                padTokenId + 1);
        BertLikeConfig.checkEncoderOnly(other);
    }

    @Override
    public int maxInputLength() {
        return padTokenId == null ? maxPositionEmbeddings : maxPositionEmbeddings - padTokenId - 1;
    }

    @Override
    public TextEmbeddings.Config embeddings() {
        return BertLikeConfig.super.embeddings().with(e -> e.positionsFromIds(true));
    }

    /** HF's head has GELU whatever the layers have. */
    @Override
    public MaskedLMHead.Config maskedLMHead() {
        MaskedLMHead.Config head = BertLikeConfig.super.maskedLMHead();
        return new MaskedLMHead.Config(Activation.GELU, head.norm(), head.tied(), head.initializer());
    }
}
