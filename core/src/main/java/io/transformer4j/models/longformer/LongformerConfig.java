package io.transformer4j.models.longformer;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import com.fasterxml.jackson.annotation.JsonFormat;
import io.soabase.recordbuilder.core.RecordBuilder;
import io.transformer4j.attention.AttentionOptions;
import io.transformer4j.attention.AttentionType;
import io.transformer4j.models.PretrainedConfig;
import io.transformer4j.models.TextEmbeddings;
import io.transformer4j.models.encoder.BertLikeConfig;
import io.transformer4j.models.encoder.MaskedLMHead;
import io.transformer4j.nn.Activation;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * Architecture of a Longformer encoder; keys as in HF {@code LongformerConfig}. Positions count from {@code pad_token_id + 1},
 * as in RoBERTa.
 *
 * @param attentionWindow keys that a token sees on both sides together, for each layer or for all; even
 */
@RecordBuilder
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record LongformerConfig(
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

        @JsonFormat(with = JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY)
        List<Integer> attentionWindow,

        @JsonAnySetter @JsonAnyGetter Map<String, Object> other)
        implements BertLikeConfig, LongformerConfigBuilder.With {

    /** HF's defaults. */
    public static final LongformerConfig BASE = new LongformerConfig(
            "longformer",
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
            1,
            null,
            true,
            List.of(512),
            Map.of());

    /**
     * Checks every value.
     *
     * @throws IllegalArgumentException in one sentence with the key's name
     */
    public LongformerConfig {
        PretrainedConfig.checkModelType("longformer", modelType);
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
        BertLikeConfig.checkEncoderOnly(other);
        attentionWindow = List.copyOf(attentionWindow);
        PretrainedConfig.check(
                attentionWindow.size() == 1 || attentionWindow.size() == numHiddenLayers,
                "attention_window must have one value, or one for each of the %d layers, but has %d",
                numHiddenLayers,
                attentionWindow.size());
        for (int window : attentionWindow) {
            PretrainedConfig.check(
                    window > 0 && window % 2 == 0, "attention_window must be even and positive, but is %d", window);
        }
    }

    @Override
    public AttentionType attentionType() {
        return AttentionType.SLIDING_WINDOW;
    }

    /** Global tokens have projections of their own; which they are is up to the inputs. */
    @Override
    public AttentionOptions attentionOptions(int index) {
        int window = attentionWindow.get(attentionWindow.size() == 1 ? 0 : index);
        return AttentionOptions.DEFAULTS.with(o -> o.layer(index)
                .maxLength(maxInputLength())
                .window(window)
                .globalTokens(0)
                .globalProjections(true));
    }

    @Override
    public int maxInputLength() {
        return padTokenId == null ? maxPositionEmbeddings : maxPositionEmbeddings - padTokenId - 1;
    }

    @Override
    public TextEmbeddings.Config embeddings() {
        return BertLikeConfig.super.embeddings().with(e -> e.positionsFromIds(true));
    }

    /** Token between a question and a text. */
    int sepTokenId() {
        return PretrainedConfig.tokenId(other, "sep_token_id", 2);
    }

    /** HF's head has GELU whatever the layers have. */
    @Override
    public MaskedLMHead.Config maskedLMHead() {
        MaskedLMHead.Config head = BertLikeConfig.super.maskedLMHead();
        return new MaskedLMHead.Config(Activation.GELU, head.norm(), head.tied(), head.initializer());
    }
}
