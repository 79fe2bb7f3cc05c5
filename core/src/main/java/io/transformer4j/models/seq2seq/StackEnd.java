package io.transformer4j.models.seq2seq;

import io.transformer4j.nn.Dropout;
import io.transformer4j.nn.Module;
import io.transformer4j.nn.Norm;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** What follows the last layer of a stack. */
final class StackEnd extends Module {
    private final @Nullable Norm norm;
    private final Dropout dropout;

    StackEnd(EncoderDecoderSpec spec) {
        norm = spec.finalNorm() ? child("norm", spec.norm().get()) : null;
        dropout = child("dropout", new Dropout(spec.finalDropout() ? spec.dropout() : 0));
    }

    Tensor forward(Tensor hidden) {
        return dropout.forward(norm == null ? hidden : norm.forward(hidden));
    }
}
