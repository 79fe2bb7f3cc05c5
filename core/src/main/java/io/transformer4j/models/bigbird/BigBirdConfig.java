package io.transformer4j.models.bigbird;

import static io.transformer4j.models.PretrainedConfig.check;
import static io.transformer4j.models.PretrainedConfig.checkPositive;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.soabase.recordbuilder.core.RecordBuilder;
import io.transformer4j.attention.AttentionOptions;
import io.transformer4j.attention.AttentionType;
import io.transformer4j.models.PretrainedConfig;
import io.transformer4j.models.TextEmbeddings;
import io.transformer4j.models.TransformerLayer;
import io.transformer4j.models.encoder.BertLikeConfig;
import io.transformer4j.nn.Activation;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * Architecture of a BigBird encoder; keys as in HF {@code BigBirdConfig}.
 *
 * @param pattern HF's {@code attention_type}: {@code block_sparse}, or {@code original_full} for attention to everything
 * @param blockSize tokens in a block
 * @param numRandomBlocks random blocks that each block sees
 * @param rescaleEmbeddings whether word embeddings are multiplied by {@code √hidden_size}
 * @param useBias whether queries, keys and values have biases
 */
@RecordBuilder
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record BigBirdConfig(
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
        @JsonProperty("attention_type") String pattern,
        int blockSize,
        int numRandomBlocks,
        boolean rescaleEmbeddings,
        boolean useBias,
        @JsonAnySetter @JsonAnyGetter Map<String, Object> other)
        implements BertLikeConfig, BigBirdConfigBuilder.With {

    private static final String SPARSE = "block_sparse";
    private static final String FULL = "original_full";

    /** HF's defaults: {@code bigbird-roberta-base}. */
    public static final BigBirdConfig BASE = new BigBirdConfig(
            "big_bird",
            50_358,
            768,
            12,
            12,
            3072,
            "gelu_new",
            0.1,
            0.1,
            4096,
            2,
            0.02,
            1e-12,
            0,
            null,
            true,
            SPARSE,
            64,
            3,
            false,
            true,
            Map.of());

    /**
     * Checks every value.
     *
     * @throws IllegalArgumentException in one sentence with the key's name
     */
    public BigBirdConfig {
        PretrainedConfig.checkModelType("big_bird", modelType);
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
        check(
                SPARSE.equals(pattern) || FULL.equals(pattern),
                "attention_type must be \"%s\" or \"%s\", but is \"%s\"",
                SPARSE,
                FULL,
                pattern);
        checkPositive("block_size", blockSize);
        check(numRandomBlocks >= 0, "num_random_blocks must not be negative, but is %d", numRandomBlocks);
    }

    /** Token between a question and a text. */
    int sepTokenId() {
        return PretrainedConfig.tokenId(other, "sep_token_id", 66);
    }

    /** Word embeddings are multiplied by {@code √hidden_size} if {@code rescaleEmbeddings}. */
    @Override
    public TextEmbeddings.Config embeddings() {
        return BertLikeConfig.super
                .embeddings()
                .with(e -> e.scale(rescaleEmbeddings ? Math.sqrt((double) hiddenSize) : 1));
    }

    /** Queries, keys and values have biases if {@code useBias}. */
    @Override
    public TransformerLayer.Config layer(int index) {
        TransformerLayer.Config layer = BertLikeConfig.super.layer(index);
        return layer.withAttention(layer.attention().withInputBias(useBias));
    }

    /** Whether attention is sparse. */
    boolean sparse() {
        return SPARSE.equals(pattern);
    }

    @Override
    public AttentionType attentionType() {
        return sparse() ? AttentionType.BIG_BIRD : AttentionType.FLASH;
    }

    @Override
    public AttentionOptions attentionOptions(int index) {
        return AttentionOptions.DEFAULTS.with(o -> o.layer(index)
                .maxLength(maxPositionEmbeddings)
                .blockSize(blockSize)
                .numRandomBlocks(numRandomBlocks)
                .huggingFaceBlocks(true));
    }
}
