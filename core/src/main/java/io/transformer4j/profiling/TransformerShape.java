package io.transformer4j.profiling;

import io.soabase.recordbuilder.core.RecordBuilder;
import io.transformer4j.models.PretrainedConfig;
import io.transformer4j.models.encoder.BertLikeConfig;
import io.transformer4j.models.llama.LlamaConfig;
import io.transformer4j.models.seq2seq.EncoderDecoderSpec;
import io.transformer4j.models.seq2seq.Seq2SeqConfig;

/**
 * The sizes of a Transformer that decide what its products cost, and the formulas. Width {@code d}, feed-forward width {@code f}, {@code h}
 * heads of {@code s} elements with {@code g} heads of keys and values, sequence length {@code n}, vocabulary {@code V}; operations for each
 * token and layer, a multiplication and an addition counted as two:
 *
 * <pre>
 * projections     2 d s (h + 2 g) + 2 h s d        8 d²  if h s = d and g = h
 * scores, mixture 4 n h s                          4 n d
 * feed-forward    4 d f, with a gate 6 d f        16 d²  if f = 4 d
 * head            2 d V                           for each predicted token, not each layer
 * </pre>
 *
 * <p>So at {@code f = 4d} and short sequences feed-forward is 16 of 24 {@code d²}, two thirds of a layer's products, and attention
 * overtakes it when {@code 8 d² + 4 n d > 16 d²}: at {@code n > 2 d}.
 *
 * @param encoderLayers layers that see whole sequences
 * @param decoderLayers layers that see what came before, and the encoder's result if there is an encoder
 * @param gated whether the feed-forward network has a gate
 * @param headTransform whether a product {@code [d, d]} stands before the vocabulary, as in BERT
 * @param tied whether the head's matrix is the token embeddings'
 */
@RecordBuilder
public record TransformerShape(
        int encoderLayers,
        int decoderLayers,
        long hiddenSize,
        int heads,
        int keyValueHeads,
        long headSize,
        long intermediateSize,
        boolean gated,
        long vocabSize,
        boolean headTransform,
        boolean tied)
        implements TransformerShapeBuilder.With {

    /** A decoder without gate and without groups of heads, whose head's matrix is that of the embeddings. */
    public static TransformerShape decoder(
            int layers, long hiddenSize, int heads, long intermediateSize, long vocabSize) {
        return new TransformerShape(
                0,
                layers,
                hiddenSize,
                heads,
                heads,
                hiddenSize / heads,
                intermediateSize,
                false,
                vocabSize,
                false,
                true);
    }

    /** The shape of a configuration, with the head for tokens. */
    public static TransformerShape of(PretrainedConfig config) {
        if (config instanceof Seq2SeqConfig seq2seq) {
            EncoderDecoderSpec spec = seq2seq.spec();
            return new TransformerShape(
                    spec.encoder().layers(),
                    spec.decoder().layers(),
                    spec.hiddenSize(),
                    spec.decoder().attention().numAttentionHeads(),
                    spec.decoder().attention().numAttentionHeads(),
                    spec.decoder().attention().headSize(),
                    spec.decoder().feedForward().intermediateSize(),
                    spec.decoder().feedForward().gated(),
                    spec.decoder().vocabSize(),
                    false,
                    spec.head().tied());
        }
        TransformerShape plain = decoder(
                config.numHiddenLayers(),
                config.hiddenSize(),
                config.numAttentionHeads(),
                config.intermediateSize(),
                config.vocabSize());
        if (config instanceof LlamaConfig llama) {
            Long given = llama.headDim();
            long headSize = given == null ? plain.headSize : given;
            return plain.with(shape -> shape.gated(true)
                    .headSize(headSize)
                    .keyValueHeads((int) (llama.keyValueSize() / headSize))
                    .tied(llama.tieWordEmbeddings()));
        }
        return config instanceof BertLikeConfig
                ? plain.with(shape -> shape.encoderLayers(plain.decoderLayers)
                        .decoderLayers(0)
                        .headTransform(true))
                : plain;
    }

    /** Projections of one token in one layer, forward. */
    public double projectionFlops() {
        return 2.0 * hiddenSize * headSize * (heads + 2 * keyValueHeads) + 2.0 * heads * headSize * hiddenSize;
    }

    /** Scores and mixture of one token over {@code length} tokens in one layer, forward. */
    public double scoreFlops(double length) {
        return 4 * length * heads * headSize;
    }

    /** Scores and mixture of one token in all layers, those of the attention to an encoder included, forward. */
    public double scoreFlopsOfAllLayers(double length) {
        int attentions = encoderLayers + decoderLayers * (encoderLayers > 0 ? 2 : 1);
        return attentions * scoreFlops(length);
    }

    /** Feed-forward network of one token in one layer, forward. */
    public double feedForwardFlops() {
        return (gated ? 6.0 : 4.0) * hiddenSize * intermediateSize;
    }

    /** Head of one predicted token, forward. */
    public double headFlops() {
        return 2.0 * hiddenSize * vocabSize + (headTransform ? 2.0 * hiddenSize * hiddenSize : 0);
    }

    /**
     * Forward pass of a batch.
     *
     * @param sourceLength tokens of each source; ignored without an encoder beside the decoder
     * @param length tokens of each sequence, or of each target
     * @param predicted tokens of each sequence that have a label
     */
    public double forwardFlops(double batchSize, double sourceLength, double length, double predicted) {
        boolean both = encoderLayers > 0 && decoderLayers > 0;
        double encoded = both ? sourceLength : length;
        double layer = projectionFlops() + feedForwardFlops();
        double encoder = encoderLayers * encoded * (layer + scoreFlops(encoded));
        double decoder = decoderLayers * length * (layer + scoreFlops(length));
        double width = (double) heads * headSize;
        double cross = both
                ? decoderLayers
                        * (length
                                        * (4 * hiddenSize * width
                                                + scoreFlops(sourceLength)) // queries, output; scores, mixture
                                + sourceLength * 4 * hiddenSize * width) // keys and values
                : 0;
        return batchSize * (encoder + decoder + cross + predicted * headFlops());
    }

    /** Forward and backward pass of a batch in which each token is predicted: three times the forward pass. */
    public double trainingFlops(double batchSize, double length) {
        return 3 * forwardFlops(batchSize, length, length, length);
    }

    /** Feed-forward's part of a layer's products at {@code length}. */
    public double feedForwardShare(double length) {
        return feedForwardFlops() / (projectionFlops() + scoreFlops(length) + feedForwardFlops());
    }

    /** The length beyond which attention, projections included, takes more operations than feed-forward; 0 if it always does. */
    public double crossoverLength() {
        return Math.max(0, (feedForwardFlops() - projectionFlops()) / scoreFlops(1));
    }

    /** The length beyond which scores and mixture alone take more operations than feed-forward. */
    public double scoresCrossoverLength() {
        return feedForwardFlops() / scoreFlops(1);
    }

    /** Weights of all matrices that multiply, and the token embeddings: without biases, norms and positions. */
    public double parameters() {
        double cross = encoderLayers > 0 && decoderLayers > 0 ? decoderLayers * projectionFlops() / 2 : 0;
        return (encoderLayers + decoderLayers) * (projectionFlops() + feedForwardFlops()) / 2
                + cross
                + (double) vocabSize * hiddenSize * (tied ? 1 : 2);
    }

    /** Numbers in the cache of keys and values for each token. */
    public double cachePerToken() {
        return 2.0 * decoderLayers * keyValueHeads * headSize;
    }
}
