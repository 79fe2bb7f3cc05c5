package io.transformer4j.models.heads;

import io.transformer4j.nn.Activation;
import io.transformer4j.nn.Dropout;
import io.transformer4j.nn.Initializer;
import io.transformer4j.nn.Linear;
import io.transformer4j.nn.Module;
import org.bytedeco.pytorch.Tensor;

/** A dense layer and a classifier of the hidden state that stands for a sequence. */
public final class SequenceHead extends Module {
    private final Dropout inputDropout;
    private final Linear dense;
    private final Activation activation;
    private final Dropout dropout;
    private final Linear classifier;

    /**
     * Settings of the head.
     *
     * @param inputDropout before the dense layer
     * @param activation behind the dense layer
     * @param dropout before the classifier
     */
    public record Config(double inputDropout, Activation activation, double dropout, Initializer initializer) {}

    /** A head without weights for {@code labels} outputs. */
    public SequenceHead(Config config, long hiddenSize, int labels) {
        inputDropout = child("inputDropout", new Dropout(config.inputDropout()));
        dense = child("dense", new Linear(hiddenSize, hiddenSize, true, config.initializer()));
        activation = config.activation();
        dropout = child("dropout", new Dropout(config.dropout()));
        classifier = child("classifier", new Linear(hiddenSize, labels, true, config.initializer()));
    }

    /** {@code [batch, hiddenSize]} to {@code [batch, labels]}. */
    public Tensor forward(Tensor representatives) {
        Tensor pooled = activation.apply(dense.forward(inputDropout.forward(representatives))); // [batch, hiddenSize]
        return classifier.forward(dropout.forward(pooled));
    }
}
