package io.transformer4j.models.seq2seq;

import io.transformer4j.attention.Memory;
import io.transformer4j.attention.RelativePositionBias;
import io.transformer4j.attention.SequenceLayout;
import io.transformer4j.models.BaseModelOutput;
import io.transformer4j.nn.Embedding;
import io.transformer4j.nn.Module;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** Writes targets while it looks at the encoder's output. */
final class Decoder extends Module {
    private final InputEmbedding embedding;
    private final List<DecoderLayer> layers;
    private final @Nullable RelativePositionBias positionBias;
    private final StackEnd end;

    Decoder(EncoderDecoderSpec spec, Embedding tokens) {
        embedding = child("embedding", new InputEmbedding(spec, tokens));
        layers = children("layers", spec.decoder().layers(), i -> new DecoderLayer(spec));
        positionBias = Encoder.positionBias(spec, spec.decoder(), false);
        if (positionBias != null) {
            child("positionBias", positionBias);
        }
        end = child("end", new StackEnd(spec));
    }

    /** The encoder's output {@code [tokens, hiddenSize]} as each layer sees it. */
    List<Memory> memories(Tensor encoded, SequenceLayout layout) {
        return layers.stream().map(layer -> layer.memory(encoded, layout)).toList();
    }

    BaseModelOutput forward(Tensor ids, DecoderPass pass) {
        List<Tensor> states = new ArrayList<>();
        Tensor hidden = embedding.forward(ids, pass.positions()); // [tokens, hiddenSize]
        RelativePositionBias.Pass bias = positionBias == null ? null : positionBias.pass(ids.device());
        for (int i = 0; i < layers.size(); i++) {
            states.add(hidden);
            hidden = layers.get(i).forward(hidden, pass, bias, i);
        }
        if (pass.cache() != null) {
            pass.cache().advance(pass.layout());
        }
        hidden = end.forward(hidden);
        states.add(hidden);
        return new BaseModelOutput(hidden, states);
    }
}
