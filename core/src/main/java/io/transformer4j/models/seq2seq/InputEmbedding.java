package io.transformer4j.models.seq2seq;

import io.transformer4j.nn.Dropout;
import io.transformer4j.nn.Embedding;
import io.transformer4j.nn.Module;
import io.transformer4j.nn.Norm;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** Token embeddings plus positions: what goes into a stack of layers. The table of tokens belongs to the model. */
final class InputEmbedding extends Module {
    private final Embedding tokens;
    private final double scale;
    private final @Nullable PositionEmbedding positions;
    private final @Nullable Norm norm;
    private final Dropout dropout;

    InputEmbedding(EncoderDecoderSpec spec, Embedding tokens) {
        this.tokens = tokens;
        this.scale = spec.embeddingScale();
        PositionEmbedding wanted = PositionEmbedding.of(spec);
        this.positions = wanted == null ? null : child("positions", wanted);
        this.norm = spec.embeddingNorm() ? child("norm", spec.norm().get()) : null;
        this.dropout = child("dropout", new Dropout(spec.dropout()));
    }

    /** {@code [tokens, hiddenSize]}. */
    Tensor forward(Tensor ids, long[] positionIds) {
        Tensor rows = tokens.forward(ids);
        Tensor sum = positions == null
                ? scale == 1 ? rows : rows.mul(new Scalar(scale))
                : positions.forward(positionIds, ids.device()).add(rows, new Scalar(scale));
        return dropout.forward(norm == null ? sum : norm.forward(sum));
    }
}
