package io.transformer4j.models.t5;

import static io.transformer4j.models.PretrainedConfig.check;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
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
import io.transformer4j.nn.RMSNorm;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * Architecture of a T5 encoder–decoder; keys and defaults as in HF {@code T5Config}.
 *
 * @param dKv elements of one attention head; heads needn't divide the width among them
 * @param numDecoderLayers layers of the decoder; null for as many as in the encoder
 * @param feedForwardProj name of the activation, with {@code gated-} before it if there is a gate
 * @param initializerFactor factor of the deviations of new weights
 * @param scaleDecoderOutputs whether hidden states are divided by {@code √d_model} before the output layer, as in T5 1.0, whose
 *     output layer is the table of embeddings; T5 1.1 has one of its own. Null for what {@code tie_word_embeddings} says, as in old
 *     files
 * @param nPositions longest text; the model itself has no limit
 */
@RecordBuilder
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record T5Config(
        String modelType,
        boolean isEncoderDecoder,
        long vocabSize,
        long dModel,
        long dKv,
        long dFf,
        int numLayers,
        @Nullable Integer numDecoderLayers,
        int numHeads,
        int relativeAttentionNumBuckets,
        int relativeAttentionMaxDistance,
        double dropoutRate,
        double layerNormEpsilon,
        double initializerFactor,
        String feedForwardProj,
        @Nullable Boolean scaleDecoderOutputs,
        boolean tieWordEmbeddings,
        int padTokenId,
        int eosTokenId,
        int decoderStartTokenId,
        int nPositions,
        AttentionType attentionType,
        @JsonAnySetter @JsonAnyGetter Map<String, Object> other)
        implements Seq2SeqConfig, T5ConfigBuilder.With {

    /** HF's defaults: {@code t5-small}, 60 million parameters. */
    public static final T5Config SMALL = new T5Config(
            "t5",
            true,
            32_128,
            512,
            64,
            2048,
            6,
            null,
            8,
            32,
            128,
            0.1,
            1e-6,
            1,
            "relu",
            null,
            true,
            0,
            1,
            0,
            Integer.MAX_VALUE,
            AttentionType.FULL,
            Map.of());

    /**
     * Checks every value.
     *
     * @throws IllegalArgumentException in one sentence with the key's name
     */
    public T5Config {
        check("t5".equals(modelType), "model_type must be \"t5\", but is \"%s\"", modelType);
        PretrainedConfig.checkPositive("vocab_size", vocabSize);
        PretrainedConfig.checkPositive("d_kv", dKv);
        PretrainedConfig.checkPositive("num_heads", numHeads);
        check(
                relativeAttentionNumBuckets >= 4 && relativeAttentionNumBuckets % 4 == 0,
                "relative_attention_num_buckets must be a multiple of 4, but is %d",
                relativeAttentionNumBuckets);
        check(
                relativeAttentionMaxDistance > relativeAttentionNumBuckets / 2,
                "relative_attention_max_distance (%d) must be larger than half of relative_attention_num_buckets (%d)",
                relativeAttentionMaxDistance,
                relativeAttentionNumBuckets);
        check(layerNormEpsilon > 0, "layer_norm_epsilon must be positive, but is %s", layerNormEpsilon);
        check(initializerFactor >= 0, "initializer_factor must not be negative, but is %s", initializerFactor);
        activation(feedForwardProj);
    }

    @Override
    public int maxPositionEmbeddings() {
        return nPositions;
    }

    /** Whether hidden states are scaled before the output layer. */
    boolean scalesOutputs() {
        return scaleDecoderOutputs == null ? tieWordEmbeddings : scaleDecoderOutputs;
    }

    boolean gated() {
        return feedForwardProj.startsWith("gated-");
    }

    int decoderLayers() {
        return numDecoderLayers == null ? numLayers : numDecoderLayers;
    }

    /** Dropout of classifiers; 0 unless {@code classifier_dropout} says otherwise, as in HF. */
    double classifierDropout() {
        return PretrainedConfig.probability(other, "classifier_dropout", 0);
    }

    /** {@code gated-gelu} means GELU's tanh form. */
    private static Activation activation(String projection) {
        return "gated-gelu".equals(projection)
                ? Activation.GELU_NEW
                : Activation.of(projection.replaceFirst("^gated-", ""));
    }

    @Override
    public EncoderDecoderSpec spec() {
        Initializer embedding = Initializer.normal(initializerFactor);
        return EncoderDecoderSpecBuilder.builder()
                .hiddenSize(dModel)
                .encoder(stack(numLayers))
                .decoder(stack(decoderLayers()))
                .sharedEmbeddings(true)
                .embeddingScale(1)
                .positions(new Positions.Relative(
                        relativeAttentionNumBuckets, relativeAttentionMaxDistance, scaled(dModel)))
                .maxPositions(nPositions)
                .norm(() -> new RMSNorm(dModel, layerNormEpsilon))
                .preNorm(true)
                .finalNorm(true)
                .finalDropout(true)
                .dropout(dropoutRate)
                .head(scalesOutputs() ? Head.TIED : Head.OWN)
                .logitScale(scalesOutputs() ? 1 / Math.sqrt((double) dModel) : 1)
                .embeddingInitializer(embedding)
                .initializer(embedding)
                .build();
    }

    private Stack stack(int layers) {
        return new Stack(
                layers,
                vocabSize,
                new SelfAttention.Config(
                                dModel,
                                numHeads,
                                attentionType,
                                false,
                                dropoutRate,
                                projections(),
                                scaled(numHeads * dKv))
                        .with(a -> a.headSize(dKv).scale(1).inputBias(false).outputBias(false)),
                new FeedForward.Config(
                        dModel,
                        dFf,
                        activation(feedForwardProj),
                        gated(),
                        false,
                        dropoutRate,
                        scaled(dModel),
                        scaled(dFf)));
    }

    /** Queries start smaller than keys and values, since their scores aren't scaled. */
    private Initializer projections() {
        Initializer queries = scaled(dModel * dKv);
        Initializer others = scaled(dModel);
        long rows = numHeads * dKv;
        return (tensor, generator) -> {
            queries.fill(tensor.narrow(0, 0, rows), generator);
            others.fill(tensor.narrow(0, rows, 2 * rows), generator);
        };
    }

    private Initializer scaled(long fan) {
        return Initializer.normal(initializerFactor / Math.sqrt((double) fan));
    }
}
