package io.transformer4j.models.distilbert;

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
import io.transformer4j.models.encoder.MaskedLMHead;
import io.transformer4j.nn.Activation;
import io.transformer4j.nn.FeedForward;
import io.transformer4j.nn.Initializer;
import io.transformer4j.nn.LayerNorm;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;

/** Architecture of a DistilBERT encoder; keys as in HF {@code DistilBertConfig}. */
@RecordBuilder
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record DistilBertConfig(
        String modelType,
        long vocabSize,
        int maxPositionEmbeddings,
        boolean sinusoidalPosEmbds,
        int nLayers,
        int nHeads,
        long dim,
        long hiddenDim,
        double dropout,
        double attentionDropout,
        String activation,
        double initializerRange,
        double qaDropout,
        double seqClassifDropout,
        @Nullable Integer padTokenId,
        boolean tieWordEmbeddings,
        AttentionType attentionType,
        @JsonAnySetter @JsonAnyGetter Map<String, Object> other)
        implements PretrainedConfig, DistilBertConfigBuilder.With {

    /** HF's defaults: {@code distilbert-base-uncased}. */
    public static final DistilBertConfig BASE = new DistilBertConfig(
            "distilbert",
            30_522,
            512,
            false,
            6,
            12,
            768,
            3072,
            0.1,
            0.1,
            "gelu",
            0.02,
            0.1,
            0.2,
            0,
            true,
            AttentionType.FLASH,
            Map.of());

    private static final double LAYER_NORM_EPS = 1e-12; // no key of the file

    /**
     * Checks every value.
     *
     * @throws IllegalArgumentException in one sentence with the key's name
     */
    public DistilBertConfig {
        PretrainedConfig.checkModelType("distilbert", modelType);
        checkPositive("vocab_size", vocabSize);
        checkPositive("max_position_embeddings", maxPositionEmbeddings);
        PretrainedConfig.checkLayers("n_layers", nLayers);
        PretrainedConfig.checkHeads("dim", dim, "n_heads", nHeads);
        checkPositive("hidden_dim", hiddenDim);
        checkProbability("dropout", dropout);
        checkProbability("attention_dropout", attentionDropout);
        checkProbability("qa_dropout", qaDropout);
        checkProbability("seq_classif_dropout", seqClassifDropout);
        Activation.of(activation);
        check(initializerRange >= 0, "initializer_range must not be negative, but is %s", initializerRange);
        PretrainedConfig.checkTokenId("pad_token_id", padTokenId, vocabSize);
        checkOnly(other, "pruned_heads", Map.of());
    }

    @Override
    public long hiddenSize() {
        return dim;
    }

    @Override
    public int numHiddenLayers() {
        return nLayers;
    }

    @Override
    public int numAttentionHeads() {
        return nHeads;
    }

    @Override
    public long intermediateSize() {
        return hiddenDim;
    }

    Initializer initializer() {
        return Initializer.normal(initializerRange);
    }

    private LayerNorm norm() {
        return new LayerNorm(dim, LAYER_NORM_EPS);
    }

    TextEmbeddings.Config embeddings() {
        return new TextEmbeddings.Config(vocabSize, dim, initializer())
                .with(e -> e.positions(maxPositionEmbeddings)
                        .positionInitializer(sinusoidalPosEmbds ? Initializer.sinusoidal() : initializer())
                        .paddingId(padTokenId)
                        .norm(this::norm)
                        .dropout(dropout));
    }

    /** As BERT's, but for the dropout of what attention adds, which there isn't. */
    TransformerLayer.Config layer(int index) {
        return new TransformerLayer.Config(
                new SelfAttention.Config(
                                dim, nHeads, attentionType, false, attentionDropout, initializer(), initializer())
                        .with(a -> a.options(AttentionOptions.read(other, index, maxPositionEmbeddings))),
                new FeedForward.Config(dim, hiddenDim, Activation.of(activation), initializer()),
                this::norm,
                false,
                0,
                dropout);
    }

    MaskedLMHead.Config maskedLMHead() {
        return new MaskedLMHead.Config(Activation.of(activation), this::norm, tieWordEmbeddings, initializer());
    }
}
