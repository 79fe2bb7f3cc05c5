package io.transformer4j.models.encoder;

import static io.transformer4j.models.PretrainedConfig.check;
import static io.transformer4j.models.PretrainedConfig.checkOnly;
import static io.transformer4j.models.PretrainedConfig.checkPositive;
import static io.transformer4j.models.PretrainedConfig.checkProbability;

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

/** What the configurations of BERT and of the families that kept its keys have in common, and what follows from it. */
public interface BertLikeConfig extends PretrainedConfig {
    /** HF's name of the feed-forward networks' activation. */
    String hiddenAct();

    /** Dropout of embeddings and of each sublayer's result. */
    double hiddenDropoutProb();

    /** Dropout of attention weights. */
    double attentionProbsDropoutProb();

    /** Number of token types. */
    int typeVocabSize();

    /** Standard deviation of new weights. */
    double initializerRange();

    /** Added to the variance in layer norms. */
    double layerNormEps();

    /** Token without gradient from look-ups; null for none. */
    @Nullable
    Integer padTokenId();

    /** Dropout before a classifier; null for {@link #hiddenDropoutProb}. */
    @Nullable
    Double classifierDropout();

    /** Whether the masked-language head's matrix is the word embeddings'. */
    boolean tieWordEmbeddings();

    /** Kernel of the attention layers. */
    AttentionType attentionType();

    /** Settings of the kernel of layer {@code index}. */
    default AttentionOptions attentionOptions(int index) {
        return AttentionOptions.read(other(), index, maxInputLength());
    }

    /** Dropout before a classifier. */
    default double headDropout() {
        Double own = classifierDropout();
        return own == null ? hiddenDropoutProb() : own;
    }

    /** Weights are drawn from N(0, initializer_range²) (HF {@code BertPreTrainedModel._init_weights}). */
    default Initializer initializer() {
        return Initializer.normal(initializerRange());
    }

    /** The tables in front of the layers. */
    default TextEmbeddings.Config embeddings() {
        return new TextEmbeddings.Config(vocabSize(), hiddenSize(), initializer())
                .with(e -> e.positions(maxPositionEmbeddings())
                        .types(typeVocabSize())
                        .paddingId(padTokenId())
                        .norm(this::norm)
                        .dropout(hiddenDropoutProb()));
    }

    private LayerNorm norm() {
        return new LayerNorm(hiddenSize(), layerNormEps());
    }

    /** Layer {@code index} of the encoder. */
    default TransformerLayer.Config layer(int index) {
        return new TransformerLayer.Config(
                new SelfAttention.Config(
                                hiddenSize(),
                                numAttentionHeads(),
                                attentionType(),
                                false,
                                attentionProbsDropoutProb(),
                                initializer(),
                                initializer())
                        .with(a -> a.options(attentionOptions(index))),
                new FeedForward.Config(hiddenSize(), intermediateSize(), Activation.of(hiddenAct()), initializer()),
                this::norm,
                false,
                hiddenDropoutProb(),
                hiddenDropoutProb());
    }

    /** The masked-language head, with the layers' activation. */
    default MaskedLMHead.Config maskedLMHead() {
        return new MaskedLMHead.Config(Activation.of(hiddenAct()), this::norm, tieWordEmbeddings(), initializer());
    }

    /** Checks the sizes. */
    static void checkSizes(
            long vocabSize,
            long hiddenSize,
            int numHiddenLayers,
            int numAttentionHeads,
            long intermediateSize,
            int maxPositionEmbeddings,
            int typeVocabSize) {
        checkPositive("vocab_size", vocabSize);
        PretrainedConfig.checkHeads("hidden_size", hiddenSize, "num_attention_heads", numAttentionHeads);
        PretrainedConfig.checkLayers("num_hidden_layers", numHiddenLayers);
        checkPositive("intermediate_size", intermediateSize);
        checkPositive("max_position_embeddings", maxPositionEmbeddings);
        checkPositive("type_vocab_size", typeVocabSize);
    }

    /** Checks the numbers that aren't sizes. */
    static void checkRates(
            double hiddenDropoutProb,
            double attentionProbsDropoutProb,
            @Nullable Double classifierDropout,
            double initializerRange,
            double layerNormEps) {
        checkProbability("hidden_dropout_prob", hiddenDropoutProb);
        checkProbability("attention_probs_dropout_prob", attentionProbsDropoutProb);
        if (classifierDropout != null) {
            checkProbability("classifier_dropout", classifierDropout);
        }
        check(initializerRange >= 0, "initializer_range must not be negative, but is %s", initializerRange);
        check(layerNormEps > 0, "layer_norm_eps must be positive, but is %s", layerNormEps);
    }

    /** Checks the keys that would make a decoder or another kind of encoder of it. */
    static void checkEncoderOnly(Map<String, Object> other) {
        checkOnly(other, "position_embedding_type", "absolute");
        checkOnly(other, "is_decoder", false);
        checkOnly(other, "add_cross_attention", false);
        checkOnly(other, "pruned_heads", Map.of());
    }
}
