package io.transformer4j.models.heads;

import io.transformer4j.nn.Dropout;
import io.transformer4j.nn.Initializer;
import io.transformer4j.nn.Linear;
import io.transformer4j.nn.Module;
import org.bytedeco.pytorch.Tensor;

/** Dropout and a linear map of every token's hidden state. */
final class TokenHead extends Module {
    private final Dropout dropout;
    private final Linear classifier;

    TokenHead(long hiddenSize, int outputs, double dropout, Initializer initializer) {
        this.dropout = child("dropout", new Dropout(dropout));
        this.classifier = child("classifier", new Linear(hiddenSize, outputs, true, initializer));
    }

    /** {@code [tokens, hiddenSize]} to {@code [tokens, outputs]}. */
    Tensor forward(Tensor hidden) {
        return classifier.forward(dropout.forward(hidden));
    }
}
