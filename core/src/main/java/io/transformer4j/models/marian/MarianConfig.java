package io.transformer4j.models.marian;

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
 * Architecture of a Marian encoder–decoder; keys and defaults as in HF {@code MarianConfig}.
 *
 * @param decoderVocabSize number of the target's token ids; null for that of the source
 * @param scaleEmbedding whether token embeddings are multiplied by {@code √d_model}
 * @param shareEncoderDecoderEmbeddings whether source and target have one vocabulary, and one table if tables are tied
 * @param tieWordEmbeddings whether the output layer is the target's table
 */
@RecordBuilder
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record MarianConfig(
        String modelType,
        boolean isEncoderDecoder,
        long vocabSize,
        @Nullable Long decoderVocabSize,
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
        boolean shareEncoderDecoderEmbeddings,
        boolean tieWordEmbeddings,
        int padTokenId,
        int eosTokenId,
        int decoderStartTokenId,
        @Nullable Integer forcedEosTokenId,
        AttentionType attentionType,
        @JsonAnySetter @JsonAnyGetter Map<String, Object> other)
        implements FairseqConfig, MarianConfigBuilder.With {

    /** HF's defaults. */
    public static final MarianConfig BIG = new MarianConfig(
            "marian",
            true,
            58_101,
            null,
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
            true,
            58_100,
            0,
            58_100,
            0,
            AttentionType.FLASH,
            Map.of());

    /**
     * Checks every value.
     *
     * @throws IllegalArgumentException in one sentence with the key's name
     */
    public MarianConfig {
        check("marian".equals(modelType), "model_type must be \"marian\", but is \"%s\"", modelType);
        PretrainedConfig.checkPositive("vocab_size", vocabSize);
        check(initStd >= 0, "init_std must not be negative, but is %s", initStd);
        checkOnly(other, "encoder_layerdrop", 0.0);
        checkOnly(other, "decoder_layerdrop", 0.0);
        check(
                !shareEncoderDecoderEmbeddings || decoderVocabSize == null || decoderVocabSize == vocabSize,
                "share_encoder_decoder_embeddings needs one vocabulary, but vocab_size is %d and decoder_vocab_size %d",
                vocabSize,
                decoderVocabSize);
    }

    @Override
    public EncoderDecoderSpec spec() {
        return commonSpec(decoderVocabSize == null ? vocabSize : decoderVocabSize)
                .sharedEmbeddings(shareEncoderDecoderEmbeddings && tieWordEmbeddings)
                .positions(new Positions.Sinusoidal(true))
                .build();
    }
}
