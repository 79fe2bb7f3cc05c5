package io.transformer4j.models.seq2seq;

import static io.transformer4j.models.PretrainedConfig.check;
import static io.transformer4j.models.PretrainedConfig.checkPositive;
import static io.transformer4j.models.PretrainedConfig.checkProbability;

import io.soabase.recordbuilder.core.RecordBuilder;
import io.transformer4j.attention.SelfAttention;
import io.transformer4j.models.PretrainedConfig;
import io.transformer4j.nn.FeedForward;
import io.transformer4j.nn.Initializer;
import io.transformer4j.nn.Norm;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What encoder–decoder families differ in: each family's configuration says the same in its own keys.
 *
 * @param hiddenSize width of the hidden states
 * @param encoder shape of the encoder
 * @param decoder shape of the decoder
 * @param sharedEmbeddings whether both sides have one vocabulary and one table
 * @param paddingId row of the embeddings without gradient (torch's {@code padding_idx}); null if there is none
 * @param embeddingScale factor of the token embeddings
 * @param positions how positions enter
 * @param maxPositions longest source, and longest target
 * @param embeddingNorm whether the sum of embeddings is normalized
 * @param norm makes the norms
 * @param preNorm whether sublayers normalize their input instead of the sum behind them
 * @param finalNorm whether each stack ends with a norm
 * @param finalDropout whether dropout follows that norm
 * @param dropout of embeddings and of each sublayer's result
 * @param head the output layer
 * @param logitScale factor of the hidden states before a tied output layer
 * @param embeddingInitializer for the token embeddings
 * @param initializer for learned positions and an output layer of its own
 */
@RecordBuilder
public record EncoderDecoderSpec(
        long hiddenSize,
        Stack encoder,
        Stack decoder,
        boolean sharedEmbeddings,
        @Nullable Integer paddingId,
        double embeddingScale,
        Positions positions,
        int maxPositions,
        boolean embeddingNorm,
        Supplier<Norm> norm,
        boolean preNorm,
        boolean finalNorm,
        boolean finalDropout,
        double dropout,
        Head head,
        double logitScale,
        Initializer embeddingInitializer,
        Initializer initializer)
        implements EncoderDecoderSpecBuilder.With {

    /** Shape of one side. */
    public record Stack(int layers, long vocabSize, SelfAttention.Config attention, FeedForward.Config feedForward) {}

    /** How positions enter. */
    public sealed interface Positions {
        /**
         * Sines and cosines (Vaswani et al. 2017, §3.5).
         *
         * @param halves all sines before all cosines, as in Marian, instead of by turns
         */
        record Sinusoidal(boolean halves) implements Positions {}

        /**
         * A learned table.
         *
         * @param offset unused rows at its beginning, as in BART
         */
        record Learned(int offset) implements Positions {}

        /** A learned term of the attention scores by distance, as in T5. */
        record Relative(int buckets, int maxDistance, Initializer initializer) implements Positions {}
    }

    /** Where the matrix of the output layer comes from, and what is added. */
    public enum Head {
        /** The target embeddings. */
        TIED,
        /** The target embeddings, with a bias that isn't trained (HF's {@code final_logits_bias}). */
        TIED_WITH_FIXED_BIAS,
        /** The target embeddings, with a bias. */
        TIED_WITH_BIAS,
        /** A matrix of its own. */
        OWN,
        /** A matrix of its own, with a bias that isn't trained. */
        OWN_WITH_FIXED_BIAS,
        /** A matrix of its own, with a bias. */
        OWN_WITH_BIAS;

        /** Whether the matrix is that of the target embeddings. */
        public boolean tied() {
            return this != OWN && this != OWN_WITH_FIXED_BIAS && this != OWN_WITH_BIAS;
        }

        boolean biased() {
            return this != TIED && this != OWN;
        }

        boolean trainsBias() {
            return biased() && this != TIED_WITH_FIXED_BIAS && this != OWN_WITH_FIXED_BIAS;
        }
    }

    /** Checks what no family can have. */
    public EncoderDecoderSpec {
        checkStack("encoder", encoder);
        checkStack("decoder", decoder);
        checkPositive("max_position_embeddings", maxPositions);
        checkProbability("dropout", dropout);
        check(
                !sharedEmbeddings || encoder.vocabSize() == decoder.vocabSize(),
                "shared embeddings need one vocabulary, but the source has %d tokens and the target %d",
                encoder.vocabSize(),
                decoder.vocabSize());
    }

    private static void checkStack(String side, Stack stack) {
        PretrainedConfig.checkLayers(side + " layers", stack.layers());
        checkPositive(side + " vocabulary", stack.vocabSize());
        checkPositive(side + " feed-forward size", stack.feedForward().intermediateSize());
        checkProbability("attention dropout", stack.attention().attentionDropout());
        checkProbability("activation dropout", stack.feedForward().activationDropout());
    }
}
