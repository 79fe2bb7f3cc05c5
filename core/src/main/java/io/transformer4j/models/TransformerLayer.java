package io.transformer4j.models;

import io.soabase.recordbuilder.core.RecordBuilder;
import io.transformer4j.attention.ChosenTokens;
import io.transformer4j.attention.KvCache;
import io.transformer4j.attention.RotaryEmbedding;
import io.transformer4j.attention.SelfAttention;
import io.transformer4j.attention.SequenceLayout;
import io.transformer4j.nn.Dropout;
import io.transformer4j.nn.FeedForward;
import io.transformer4j.nn.GradientCheckpoint;
import io.transformer4j.nn.Module;
import io.transformer4j.nn.Norm;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * One layer of a Transformer: self-attention and a feed-forward network, each with a residual connection, dropout and
 * normalization. The two subclasses differ in where they normalize.
 */
public abstract sealed class TransformerLayer extends Module {
    final SelfAttention attention;
    final Norm attentionNorm;
    final FeedForward feedForward;
    final Norm feedForwardNorm;
    final Dropout attentionDropout;
    final Dropout feedForwardDropout;

    /**
     * Settings of a layer.
     *
     * @param norm makes its two norms
     * @param preNorm normalize the input of each sublayer instead of the sum after it
     * @param attentionDropout of what attention adds
     * @param feedForwardDropout of what the feed-forward network adds
     */
    @RecordBuilder
    public record Config(
            SelfAttention.Config attention,
            FeedForward.Config feedForward,
            Supplier<Norm> norm,
            boolean preNorm,
            double attentionDropout,
            double feedForwardDropout)
            implements TransformerLayerConfigBuilder.With {}

    private TransformerLayer(Config config) {
        attention = child("attention", new SelfAttention(config.attention()));
        attentionDropout = child("attentionDropout", new Dropout(config.attentionDropout()));
        attentionNorm = child("attentionNorm", config.norm().get());
        feedForward = child("feedForward", new FeedForward(config.feedForward()));
        feedForwardDropout = child("feedForwardDropout", new Dropout(config.feedForwardDropout()));
        feedForwardNorm = child("feedForwardNorm", config.norm().get());
    }

    /** A layer of the kind that {@code config} asks for. */
    public static TransformerLayer of(Config config) {
        return config.preNorm() ? new PreNorm(config) : new PostNorm(config);
    }

    /**
     * Maps {@code [tokens, hiddenSize]} to the same shape.
     *
     * @param rotation of queries and keys; null if positions enter elsewhere
     * @param cache keys and values of earlier tokens, or null
     */
    public final Tensor forward(
            Tensor hidden,
            SequenceLayout layout,
            RotaryEmbedding.@Nullable Rotation rotation,
            KvCache.@Nullable Layer cache) {
        UnaryOperator<Tensor> attend = input -> attention.forward(input, layout, rotation, cache);
        return gradientCheckpointing() && cache == null
                ? GradientCheckpoint.of(this, hidden, input -> forward(input, input, attend))
                : forward(hidden, hidden, attend);
    }

    /**
     * The results of chosen tokens only, {@code [chosen tokens, hiddenSize]}: what a model needs of its last layer if its
     * head needs no others.
     *
     * @param hidden {@code [tokens, hiddenSize]}
     */
    public final Tensor forward(Tensor hidden, SequenceLayout layout, ChosenTokens chosen) {
        UnaryOperator<Tensor> attend = input -> attention.forwardChosen(input, layout, chosen);
        return gradientCheckpointing()
                ? GradientCheckpoint.of(this, hidden, input -> forward(input, chosen.of(input), attend))
                : forward(hidden, chosen.of(hidden), attend);
    }

    /**
     * What each token takes of each other in {@link #forward} of the same arguments.
     *
     * @param hidden of one sequence
     * @return {@code [heads, tokens, tokens]}
     */
    public final Tensor attentionWeights(
            Tensor hidden, SequenceLayout layout, RotaryEmbedding.@Nullable Rotation rotation) {
        return attention.weights(
                this instanceof PreNorm ? attentionNorm.forward(hidden) : hidden, layout, rotation, null);
    }

    /**
     * The layer around a way to attend.
     *
     * @param residual the rows of {@code hidden} that {@code attend} returns results for
     */
    abstract Tensor forward(Tensor hidden, Tensor residual, UnaryOperator<Tensor> attend);

    /** Normalizes after each residual sum (Vaswani et al. 2017, §3.1; HF {@code BertLayer}). */
    static final class PostNorm extends TransformerLayer {
        PostNorm(Config config) {
            super(config);
        }

        @Override
        Tensor forward(Tensor hidden, Tensor residual, UnaryOperator<Tensor> attend) {
            Tensor attended = attentionNorm.forward(attentionDropout.addTo(residual, attend.apply(hidden)));
            return feedForwardNorm.forward(feedForwardDropout.addTo(attended, feedForward.forward(attended)));
        }
    }

    /** Normalizes the input of each sublayer (Radford et al. 2019, §2.3; HF {@code GPT2Block}). */
    static final class PreNorm extends TransformerLayer {
        PreNorm(Config config) {
            super(config);
        }

        @Override
        Tensor forward(Tensor hidden, Tensor residual, UnaryOperator<Tensor> attend) {
            Tensor attended = attentionDropout.addTo(residual, attend.apply(attentionNorm.forward(hidden)));
            return feedForwardDropout.addTo(attended, feedForward.forward(feedForwardNorm.forward(attended)));
        }
    }
}
