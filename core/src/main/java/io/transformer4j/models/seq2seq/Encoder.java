package io.transformer4j.models.seq2seq;

import io.transformer4j.attention.RelativePositionBias;
import io.transformer4j.attention.SequenceLayout;
import io.transformer4j.models.BaseModelOutput;
import io.transformer4j.nn.Embedding;
import io.transformer4j.nn.Module;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** Turns sources into vectors. */
final class Encoder extends Module {
    private final InputEmbedding embedding;
    private final List<EncoderLayer> layers;
    private final @Nullable RelativePositionBias positionBias;
    private final StackEnd end;

    Encoder(EncoderDecoderSpec spec, Embedding tokens) {
        embedding = child("embedding", new InputEmbedding(spec, tokens));
        layers = children("layers", spec.encoder().layers(), i -> new EncoderLayer(spec));
        positionBias = positionBias(spec, spec.encoder(), true);
        if (positionBias != null) {
            child("positionBias", positionBias);
        }
        end = child("end", new StackEnd(spec));
    }

    /** Terms by distance, if that is how positions enter. */
    static @Nullable RelativePositionBias positionBias(
            EncoderDecoderSpec spec, EncoderDecoderSpec.Stack stack, boolean bidirectional) {
        return spec.positions() instanceof EncoderDecoderSpec.Positions.Relative relative
                ? new RelativePositionBias(
                        relative.buckets(),
                        relative.maxDistance(),
                        stack.attention().numAttentionHeads(),
                        bidirectional,
                        relative.initializer())
                : null;
    }

    BaseModelOutput forward(Tensor ids, SequenceLayout layout) {
        List<Tensor> states = new ArrayList<>();
        Tensor hidden = embedding.forward(ids, layout.positions()); // [tokens, hiddenSize]
        RelativePositionBias.Pass bias = positionBias == null ? null : positionBias.pass(ids.device());
        for (EncoderLayer layer : layers) {
            states.add(hidden);
            hidden = layer.forward(hidden, layout, bias);
        }
        hidden = end.forward(hidden);
        states.add(hidden);
        return new BaseModelOutput(hidden, states);
    }

    /** What each token of one sequence takes of each other, in every layer: {@code [heads, tokens, tokens]}. */
    List<Tensor> attentions(Tensor ids, SequenceLayout layout) {
        List<Tensor> states = forward(ids, layout).hiddenStates();
        RelativePositionBias.Pass bias = positionBias == null ? null : positionBias.pass(ids.device());
        return IntStream.range(0, layers.size())
                .mapToObj(i -> layers.get(i).attentionWeights(states.get(i), layout, bias))
                .toList();
    }
}
