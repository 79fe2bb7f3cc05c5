package io.transformer4j.models.bart;

import static io.transformer4j.models.PretrainedConfig.check;
import static io.transformer4j.models.PretrainedConfig.checkOnly;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import io.soabase.recordbuilder.core.RecordBuilder;
import io.transformer4j.attention.AttentionType;
import io.transformer4j.models.PretrainedConfig;
import io.transformer4j.models.seq2seq.EncoderDecoderSpec;
import io.transformer4j.models.seq2seq.EncoderDecoderSpec.Positions;
import io.transformer4j.models.seq2seq.FairseqConfig;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * Architecture of a BART encoder–decoder; keys and defaults as in HF {@code BartConfig}.
 *
 * @param scaleEmbedding whether token embeddings are multiplied by {@code √d_model}
 * @param tieWordEmbeddings whether encoder, decoder and output layer share one table
 */
@RecordBuilder
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record BartConfig(
        String modelType,
        boolean isEncoderDecoder,
        long vocabSize,
        int maxPositionEmbeddings,
        long dModel,
        int encoderLayers,
        int encoderAttentionHeads,
        long encoderFfnDim,
        int decoderLayers,
        int decoderAttentionHeads,
        long decoderFfnDim,
        String activationFunction,
        double dropout,
        double attentionDropout,
        double activationDropout,
        double initStd,
        boolean scaleEmbedding,
        boolean tieWordEmbeddings,
        int padTokenId,
        int bosTokenId,
        int eosTokenId,
        int decoderStartTokenId,
        @Nullable Integer forcedEosTokenId,
        AttentionType attentionType,
        @JsonAnySetter @JsonAnyGetter Map<String, Object> other)
        implements FairseqConfig, BartConfigBuilder.With {

    /** HF's defaults: {@code bart-large}, 406 million parameters. */
    public static final BartConfig LARGE = new BartConfig(
            "bart",
            true,
            50_265,
            1024,
            1024,
            12,
            16,
            4096,
            12,
            16,
            4096,
            "gelu",
            0.1,
            0,
            0,
            0.02,
            false,
            true,
            1,
            0,
            2,
            2,
            2,
            AttentionType.FLASH,
            Map.of());

    /**
     * Checks every value.
     *
     * @throws IllegalArgumentException in one sentence with the key's name
     */
    public BartConfig {
        check("bart".equals(modelType), "model_type must be \"bart\", but is \"%s\"", modelType);
        PretrainedConfig.checkPositive("vocab_size", vocabSize);
        check(initStd >= 0, "init_std must not be negative, but is %s", initStd);
        checkOnly(other, "encoder_layerdrop", 0.0);
        checkOnly(other, "decoder_layerdrop", 0.0);
    }

    @Override
    public EncoderDecoderSpec spec() {
        return commonSpec(vocabSize)
                .sharedEmbeddings(tieWordEmbeddings)
                .positions(new Positions.Learned(2))
                .embeddingNorm(true)
                .build();
    }
}
