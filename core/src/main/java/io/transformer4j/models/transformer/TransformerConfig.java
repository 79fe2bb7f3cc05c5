package io.transformer4j.models.transformer;

import static io.transformer4j.models.PretrainedConfig.check;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.soabase.recordbuilder.core.RecordBuilder;
import io.transformer4j.attention.AttentionType;
import io.transformer4j.attention.SelfAttention;
import io.transformer4j.models.PretrainedConfig;
import io.transformer4j.models.seq2seq.EncoderDecoderSpec;
import io.transformer4j.models.seq2seq.EncoderDecoderSpec.Head;
import io.transformer4j.models.seq2seq.EncoderDecoderSpec.Positions;
import io.transformer4j.models.seq2seq.EncoderDecoderSpec.Stack;
import io.transformer4j.models.seq2seq.EncoderDecoderSpecBuilder;
import io.transformer4j.models.seq2seq.Seq2SeqConfig;
import io.transformer4j.nn.Activation;
import io.transformer4j.nn.FeedForward;
import io.transformer4j.nn.Initializer;
import io.transformer4j.nn.LayerNorm;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * Architecture of the original encoder–decoder; where there is one, keys are those of {@code torch.nn.Transformer}.
 *
 * @param srcVocab number of the source's token ids
 * @param tgtVocab number of the target's token ids
 * @param shareEmbeddings whether source and target have one table
 * @param tieTgtGenerator whether the output layer's matrix is the table of the target's embeddings
 * @param generatorBias whether the output layer has a bias
 * @param normFirst whether sublayers normalize their input instead of the sum behind them
 * @param finalNorms whether each stack ends with a norm; pre-norm stacks need it
 * @param dropout of embeddings and of each sublayer's result
 * @param attentionDropout of attention weights
 * @param activationDropout behind the activation of the feed-forward networks
 * @param pad token that fills up batches elsewhere; never computed here
 */
@RecordBuilder
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record TransformerConfig(
        String modelType,
        boolean isEncoderDecoder,
        long srcVocab,
        long tgtVocab,
        boolean shareEmbeddings,
        boolean tieTgtGenerator,
        boolean generatorBias,
        long dModel,
        int nhead,
        int numEncoderLayers,
        int numDecoderLayers,
        long dimFeedforward,
        String activation,
        boolean normFirst,
        boolean finalNorms,
        double layerNormEps,
        PositionType positionEmbeddingType,
        int maxPositionEmbeddings,
        double dropout,
        double attentionDropout,
        double activationDropout,
        int pad,
        int decoderStartTokenId,
        int eosTokenId,
        AttentionType attentionType,
        @JsonAnySetter @JsonAnyGetter Map<String, Object> other)
        implements Seq2SeqConfig, TransformerConfigBuilder.With {

    /** How positions enter. */
    public enum PositionType {
        SINUSOIDAL,
        LEARNED;

        /** Name in configurations. */
        @JsonValue
        public String configName() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** The type called {@code name}. */
        @JsonCreator
        public static PositionType of(String name) {
            for (PositionType type : values()) {
                if (type.configName().equals(name)) {
                    return type;
                }
            }
            throw new IllegalArgumentException(
                    "position_embedding_type must be sinusoidal or learned, but is \"" + name + "\"");
        }
    }

    /** The paper's base model with its shared vocabulary of 37,000 tokens. */
    public static final TransformerConfig BASE = new TransformerConfig(
            "transformer_2017",
            true,
            37_000,
            37_000,
            false,
            false,
            false,
            512,
            8,
            6,
            6,
            2048,
            "relu",
            false,
            false,
            1e-5,
            PositionType.SINUSOIDAL,
            1024,
            0.1,
            0,
            0,
            0,
            1,
            2,
            AttentionType.FLASH,
            Map.of());

    /**
     * Checks every value.
     *
     * @throws IllegalArgumentException in one sentence with the key's name
     */
    public TransformerConfig {
        check(
                "transformer_2017".equals(modelType),
                "model_type must be \"transformer_2017\", but is \"%s\"",
                modelType);
        PretrainedConfig.checkPositive("src_vocab", srcVocab);
        PretrainedConfig.checkPositive("tgt_vocab", tgtVocab);
        check(layerNormEps > 0, "layer_norm_eps must be positive, but is %s", layerNormEps);
        check(!normFirst || finalNorms, "norm_first needs final_norms: the last sum would not be normalized");
    }

    @Override
    public long vocabSize() {
        return srcVocab;
    }

    /** Embeddings start with deviation {@code 1/√d_model}, so that scaled they are as large as positions. */
    @Override
    public EncoderDecoderSpec spec() {
        return EncoderDecoderSpecBuilder.builder()
                .hiddenSize(dModel)
                .encoder(stack(numEncoderLayers, srcVocab))
                .decoder(stack(numDecoderLayers, tgtVocab))
                .sharedEmbeddings(shareEmbeddings)
                .embeddingScale(Math.sqrt((double) dModel))
                .positions(
                        positionEmbeddingType == PositionType.LEARNED
                                ? new Positions.Learned(0)
                                : new Positions.Sinusoidal(false))
                .maxPositions(maxPositionEmbeddings)
                .preNorm(normFirst)
                .finalNorm(finalNorms)
                .norm(() -> new LayerNorm(dModel, layerNormEps))
                .dropout(dropout)
                .head(
                        tieTgtGenerator
                                ? generatorBias ? Head.TIED_WITH_BIAS : Head.TIED
                                : generatorBias ? Head.OWN_WITH_BIAS : Head.OWN)
                .logitScale(1)
                .embeddingInitializer(Initializer.normal(1 / Math.sqrt((double) dModel)))
                .initializer(Initializer.xavierUniform())
                .build();
    }

    private Stack stack(int layers, long vocabulary) {
        PretrainedConfig.checkHeads("d_model", dModel, "nhead", nhead);
        Initializer initializer = Initializer.xavierUniform();
        return new Stack(
                layers,
                vocabulary,
                new SelfAttention.Config(
                        dModel, nhead, attentionType, false, attentionDropout, initializer, initializer),
                new FeedForward.Config(dModel, dimFeedforward, Activation.of(activation), initializer)
                        .withActivationDropout(activationDropout));
    }
}
