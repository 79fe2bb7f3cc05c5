package io.transformer4j.models.seq2seq;

import io.transformer4j.attention.RelativePositionBias;
import io.transformer4j.attention.SelfAttention;
import io.transformer4j.attention.SequenceLayout;
import io.transformer4j.nn.FeedForward;
import io.transformer4j.nn.GradientCheckpoint;
import io.transformer4j.nn.Module;
import io.transformer4j.nn.Residual;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** Self-attention and a feed-forward network (Vaswani et al. 2017, §3.1). */
final class EncoderLayer extends Module {
    private final SelfAttention attention;
    private final Residual attentionResidual;
    private final FeedForward feedForward;
    private final Residual feedForwardResidual;

    EncoderLayer(EncoderDecoderSpec spec) {
        attention = child("attention", new SelfAttention(spec.encoder().attention()));
        attentionResidual = child("attentionResidual", residual(spec));
        feedForward = child("feedForward", new FeedForward(spec.encoder().feedForward()));
        feedForwardResidual = child("feedForwardResidual", residual(spec));
    }

    /** Maps {@code [tokens, hiddenSize]} to the same shape. */
    Tensor forward(Tensor hidden, SequenceLayout layout, RelativePositionBias.@Nullable Pass bias) {
        if (!gradientCheckpointing()) {
            return compute(hidden, layout, bias);
        }
        return GradientCheckpoint.of(
                this,
                inputs(hidden, layout, bias),
                inputs -> compute(inputs.get(0), layout, given(bias, layout, inputs.subList(1, inputs.size()))));
    }

    /** What a layer depends on: its input, and then the terms by distance, which all layers share. */
    static List<Tensor> inputs(Tensor hidden, SequenceLayout layout, RelativePositionBias.@Nullable Pass bias) {
        List<Tensor> inputs = new ArrayList<>(List.of(hidden));
        if (bias != null) {
            inputs.addAll(bias.terms(layout));
        }
        return inputs;
    }

    static RelativePositionBias.@Nullable Pass given(
            RelativePositionBias.@Nullable Pass bias, SequenceLayout layout, List<Tensor> terms) {
        return bias == null ? null : bias.with(layout, terms);
    }

    private Tensor compute(Tensor hidden, SequenceLayout layout, RelativePositionBias.@Nullable Pass bias) {
        Tensor attended = attentionResidual.around(hidden, rows -> attention.forward(rows, layout, null, bias, null));
        return feedForwardResidual.around(attended, feedForward::forward);
    }

    /** What each token of one sequence takes of each other in {@link #forward}: {@code [heads, tokens, tokens]}. */
    Tensor attentionWeights(Tensor hidden, SequenceLayout layout, RelativePositionBias.@Nullable Pass bias) {
        return attention.weights(attentionResidual.input(hidden), layout, null, bias);
    }

    static Residual residual(EncoderDecoderSpec spec) {
        return new Residual(spec.norm().get(), spec.dropout(), spec.preNorm());
    }
}
