package io.transformer4j.models;

import io.transformer4j.attention.AttentionType;
import io.transformer4j.attention.KvCache;
import io.transformer4j.attention.SelfAttention;
import io.transformer4j.attention.SequenceLayout;
import io.transformer4j.nn.Activation;
import io.transformer4j.nn.Dropout;
import io.transformer4j.nn.FeedForward;
import io.transformer4j.nn.Initializer;
import io.transformer4j.nn.LayerNorm;
import io.transformer4j.nn.Module;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * One layer of a Transformer: self-attention and a feed-forward network, each with a residual connection, dropout and
 * layer normalization. The two subclasses differ in where they normalize.
 */
public abstract sealed class TransformerLayer extends Module {
    final SelfAttention attention;
    final LayerNorm attentionNorm;
    final FeedForward feedForward;
    final LayerNorm feedForwardNorm;
    final Dropout attentionDropout;
    final Dropout feedForwardDropout;

    /**
     * Settings of a layer.
     *
     * @param preNorm normalize the input of each sublayer instead of the sum after it
     * @param residualInitializer for the two projections that write into the residual stream
     */
    public record Config(
            long hiddenSize,
            int numAttentionHeads,
            long intermediateSize,
            Activation activation,
            double dropout,
            double attentionDropout,
            double layerNormEps,
            boolean preNorm,
            boolean causal,
            AttentionType attentionType,
            Initializer initializer,
            Initializer residualInitializer) {}

    private TransformerLayer(Config config) {
        attention = child(
                "attention",
                new SelfAttention(new SelfAttention.Config(
                        config.hiddenSize(),
                        config.numAttentionHeads(),
                        config.attentionType(),
                        config.causal(),
                        config.attentionDropout(),
                        config.initializer(),
                        config.residualInitializer())));
        attentionDropout = child("attentionDropout", new Dropout(config.dropout()));
        attentionNorm = child("attentionNorm", new LayerNorm(config.hiddenSize(), config.layerNormEps()));
        feedForward = child(
                "feedForward",
                new FeedForward(
                        config.hiddenSize(),
                        config.intermediateSize(),
                        config.activation(),
                        config.initializer(),
                        config.residualInitializer()));
        feedForwardDropout = child("feedForwardDropout", new Dropout(config.dropout()));
        feedForwardNorm = child("feedForwardNorm", new LayerNorm(config.hiddenSize(), config.layerNormEps()));
    }

    /** A layer of the kind that {@code config} asks for. */
    public static TransformerLayer of(Config config) {
        return config.preNorm() ? new PreNorm(config) : new PostNorm(config);
    }

    /**
     * Maps {@code [tokens, hiddenSize]} to the same shape.
     *
     * @param cache keys and values of earlier tokens, or null
     */
    public abstract Tensor forward(Tensor hidden, SequenceLayout layout, KvCache.@Nullable Layer cache);

    /** Normalizes after each residual sum (Vaswani et al. 2017, §3.1; HF {@code BertLayer}). */
    static final class PostNorm extends TransformerLayer {
        PostNorm(Config config) {
            super(config);
        }

        @Override
        public Tensor forward(Tensor hidden, SequenceLayout layout, KvCache.@Nullable Layer cache) {
            Tensor attended =
                    attentionNorm.forward(attentionDropout.addTo(hidden, attention.forward(hidden, layout, cache)));
            return feedForwardNorm.forward(feedForwardDropout.addTo(attended, feedForward.forward(attended)));
        }
    }

    /** Normalizes the input of each sublayer (Radford et al. 2019, §2.3; HF {@code GPT2Block}). */
    static final class PreNorm extends TransformerLayer {
        PreNorm(Config config) {
            super(config);
        }

        @Override
        public Tensor forward(Tensor hidden, SequenceLayout layout, KvCache.@Nullable Layer cache) {
            Tensor attended =
                    attentionDropout.addTo(hidden, attention.forward(attentionNorm.forward(hidden), layout, cache));
            return feedForwardDropout.addTo(attended, feedForward.forward(feedForwardNorm.forward(attended)));
        }
    }
}
