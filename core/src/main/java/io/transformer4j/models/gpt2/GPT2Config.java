package io.transformer4j.models.gpt2;

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
 * Architecture of a GPT-2 decoder; keys as in HF {@code GPT2Config}.
 *
 * @param nInner width of the feed-forward networks; null means {@code 4 · n_embd}
 * @param scaleAttnWeights whether scores are divided by the square root of the head size
 * @param scaleAttnByInverseLayerIdx whether scores are divided by the layer's number, from 1, too
 * @param eosTokenId token that ends a text; null if there is none
 */
@RecordBuilder
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record GPT2Config(
        String modelType,
        long vocabSize,
        int nPositions,
        long nEmbd,
        int nLayer,
        int nHead,
        @Nullable Long nInner,
        String activationFunction,
        double residPdrop,
        double embdPdrop,
        double attnPdrop,
        double layerNormEpsilon,
        double initializerRange,
        boolean scaleAttnWeights,
        boolean scaleAttnByInverseLayerIdx,
        boolean tieWordEmbeddings,
        @Nullable Integer eosTokenId,
        AttentionType attentionType,
        @JsonAnySetter @JsonAnyGetter Map<String, Object> other)
        implements PretrainedConfig, GPT2ConfigBuilder.With {

    /** HF's defaults: {@code gpt2}, 124 million parameters. */
    public static final GPT2Config SMALL = new GPT2Config(
            "gpt2",
            50_257,
            1024,
            768,
            12,
            12,
            null,
            "gelu_new",
            0.1,
            0.1,
            0.1,
            1e-5,
            0.02,
            true,
            false,
            true,
            50_256,
            AttentionType.FLASH,
            Map.of());

    /**
     * Checks every value.
     *
     * @throws IllegalArgumentException in one sentence with the key's name
     */
    public GPT2Config {
        PretrainedConfig.checkModelType("gpt2", modelType);
        checkPositive("vocab_size", vocabSize);
        checkPositive("n_positions", nPositions);
        PretrainedConfig.checkHeads("n_embd", nEmbd, "n_head", nHead);
        PretrainedConfig.checkLayers("n_layer", nLayer);
        if (nInner != null) {
            checkPositive("n_inner", nInner);
        }
        Activation.of(activationFunction);
        checkProbability("resid_pdrop", residPdrop);
        checkProbability("embd_pdrop", embdPdrop);
        checkProbability("attn_pdrop", attnPdrop);
        check(layerNormEpsilon > 0, "layer_norm_epsilon must be positive, but is %s", layerNormEpsilon);
        check(initializerRange >= 0, "initializer_range must not be negative, but is %s", initializerRange);
        checkOnly(other, "add_cross_attention", false);
        checkOnly(other, "pruned_heads", Map.of());
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
        return nInner == null ? 4 * nEmbd : nInner;
    }

    @Override
    public int maxPositionEmbeddings() {
        return nPositions;
    }

    /** Dropout before a classifier of tokens: as in HF 0.1 unless {@code classifier_dropout} says otherwise. */
    double classifierDropout() {
        return PretrainedConfig.probability(other, "classifier_dropout", 0.1);
    }

    Initializer initializer() {
        return Initializer.normal(initializerRange);
    }

    LayerNorm norm() {
        return new LayerNorm(nEmbd, layerNormEpsilon);
    }

    TextEmbeddings.Config embeddings() {
        return new TextEmbeddings.Config(vocabSize, nEmbd, initializer())
                .with(e -> e.positions(nPositions).dropout(embdPdrop));
    }

    /** Projections into the residual stream start smaller by 1/√(2 · layers) (Radford et al. 2019, §2.3). */
    TransformerLayer.Config layer(int index) {
        Initializer residual = Initializer.normal(initializerRange / Math.sqrt(2.0 * nLayer));
        double scale = (scaleAttnWeights ? Math.sqrt((double) nHead / nEmbd) : 1)
                / (scaleAttnByInverseLayerIdx ? index + 1 : 1);
        return new TransformerLayer.Config(
                new SelfAttention.Config(nEmbd, nHead, attentionType, true, attnPdrop, initializer(), residual)
                        .with(a -> a.scale(scale).options(AttentionOptions.readCausal(other, index, nPositions))),
                new FeedForward.Config(nEmbd, intermediateSize(), Activation.of(activationFunction), initializer())
                        .with(f -> f.outputInitializer(residual)),
                this::norm,
                true,
                residPdrop,
                residPdrop);
    }
}
