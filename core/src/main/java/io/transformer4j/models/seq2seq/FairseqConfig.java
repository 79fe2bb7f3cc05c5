package io.transformer4j.models.seq2seq;

import io.transformer4j.attention.AttentionType;
import io.transformer4j.attention.SelfAttention;
import io.transformer4j.models.PretrainedConfig;
import io.transformer4j.models.seq2seq.EncoderDecoderSpec.Head;
import io.transformer4j.models.seq2seq.EncoderDecoderSpec.Stack;
import io.transformer4j.nn.Activation;
import io.transformer4j.nn.FeedForward;
import io.transformer4j.nn.Initializer;
import io.transformer4j.nn.LayerNorm;

/** What the configurations of HF's models that came from fairseq (BART) or were made alike (Marian) have in common. */
public interface FairseqConfig extends Seq2SeqConfig {
    /** Size of the hidden states. */
    long dModel();

    /** Number of the encoder's layers. */
    int encoderLayers();

    /** Heads of each of the encoder's layers. */
    int encoderAttentionHeads();

    /** Inner width of the encoder's feed-forward networks. */
    long encoderFfnDim();

    /** Number of the decoder's layers. */
    int decoderLayers();

    /** Heads of each of the decoder's layers, for either attention. */
    int decoderAttentionHeads();

    /** Inner width of the decoder's feed-forward networks. */
    long decoderFfnDim();

    /** HF's name of the feed-forward networks' activation. */
    String activationFunction();

    /** Dropout of what each sublayer adds, and of the embeddings. */
    double dropout();

    /** Dropout of the attention weights. */
    double attentionDropout();

    /** Dropout inside the feed-forward networks. */
    double activationDropout();

    /** Standard deviation of new weights. */
    double initStd();

    /** Whether token embeddings are multiplied by {@code √d_model}. */
    boolean scaleEmbedding();

    /** Whether the output layer is the target's table. */
    boolean tieWordEmbeddings();

    /** Token of padding. */
    int padTokenId();

    /** Kernel of self-attention. */
    AttentionType attentionType();

    /**
     * All that these models share; positions and shared tables are left to set.
     *
     * @param targets number of the target's token ids
     */
    default EncoderDecoderSpecBuilder commonSpec(long targets) {
        Initializer initializer = Initializer.normal(initStd());
        return EncoderDecoderSpecBuilder.builder()
                .hiddenSize(dModel())
                .encoder(stack(encoderLayers(), vocabSize(), encoderAttentionHeads(), encoderFfnDim(), initializer))
                .decoder(stack(decoderLayers(), targets, decoderAttentionHeads(), decoderFfnDim(), initializer))
                .paddingId(padTokenId())
                .embeddingScale(scaleEmbedding() ? Math.sqrt((double) dModel()) : 1)
                .maxPositions(maxPositionEmbeddings())
                .norm(() -> new LayerNorm(dModel(), 1e-5))
                .dropout(dropout())
                .head(tieWordEmbeddings() ? Head.TIED_WITH_FIXED_BIAS : Head.OWN_WITH_FIXED_BIAS)
                .logitScale(1)
                .embeddingInitializer(initializer)
                .initializer(initializer);
    }

    private Stack stack(int layers, long vocabulary, int heads, long ffnDim, Initializer initializer) {
        PretrainedConfig.checkHeads("d_model", dModel(), "attention_heads", heads);
        return new Stack(
                layers,
                vocabulary,
                new SelfAttention.Config(
                        dModel(), heads, attentionType(), false, attentionDropout(), initializer, initializer),
                new FeedForward.Config(dModel(), ffnDim, Activation.of(activationFunction()), initializer)
                        .withActivationDropout(activationDropout()));
    }
}
