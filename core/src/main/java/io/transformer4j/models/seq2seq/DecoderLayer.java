package io.transformer4j.models.seq2seq;

import io.transformer4j.attention.CrossAttention;
import io.transformer4j.attention.Memory;
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

/** Causal self-attention, attention to the encoder's output, and a feed-forward network (Vaswani et al. 2017, §3.1). */
final class DecoderLayer extends Module {
    private final SelfAttention attention;
    private final Residual attentionResidual;
    private final CrossAttention crossAttention;
    private final Residual crossAttentionResidual;
    private final FeedForward feedForward;
    private final Residual feedForwardResidual;

    DecoderLayer(EncoderDecoderSpec spec) {
        attention =
                child("attention", new SelfAttention(spec.decoder().attention().withCausal(true)));
        attentionResidual = child("attentionResidual", EncoderLayer.residual(spec));
        crossAttention =
                child("crossAttention", new CrossAttention(spec.decoder().attention()));
        crossAttentionResidual = child("crossAttentionResidual", EncoderLayer.residual(spec));
        feedForward = child("feedForward", new FeedForward(spec.decoder().feedForward()));
        feedForwardResidual = child("feedForwardResidual", EncoderLayer.residual(spec));
    }

    /** What this layer's cross-attention sees of the encoder's output {@code [tokens, hiddenSize]}. */
    Memory memory(Tensor encoded, SequenceLayout layout) {
        return crossAttention.memory(encoded, layout);
    }

    /** Maps {@code [tokens, hiddenSize]} to the same shape, as layer {@code index} of its stack. */
    Tensor forward(Tensor hidden, DecoderPass pass, RelativePositionBias.@Nullable Pass bias, int index) {
        Memory memory = pass.memories().get(index);
        if (!gradientCheckpointing() || pass.cache() != null) {
            return compute(hidden, pass, bias, index, memory);
        }
        List<Tensor> inputs = new ArrayList<>(List.of(memory.key(), memory.value()));
        inputs.addAll(EncoderLayer.inputs(hidden, pass.layout(), bias));
        return GradientCheckpoint.of(this, inputs, given -> {
            Memory same = new Memory(given.get(0), given.get(1), memory.realKeys());
            List<Tensor> terms = given.subList(3, given.size());
            return compute(given.get(2), pass, EncoderLayer.given(bias, pass.layout(), terms), index, same);
        });
    }

    private Tensor compute(
            Tensor hidden, DecoderPass pass, RelativePositionBias.@Nullable Pass bias, int index, Memory memory) {
        Tensor own = attentionResidual.around(
                hidden, rows -> attention.forward(rows, pass.layout(), null, bias, pass.cache(index)));
        Tensor crossed = crossAttentionResidual.around(own, rows -> lookAtSource(rows, pass, memory));
        return feedForwardResidual.around(crossed, feedForward::forward);
    }

    private Tensor lookAtSource(Tensor rows, DecoderPass pass, Memory memory) {
        if (pass.crossAttentions() != null) {
            pass.crossAttentions().add(crossAttention.weights(rows, pass.queries(), memory));
        }
        return crossAttention.forward(rows, pass.queries(), memory);
    }
}
