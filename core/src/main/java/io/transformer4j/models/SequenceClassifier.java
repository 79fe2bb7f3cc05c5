package io.transformer4j.models;

import org.bytedeco.pytorch.Tensor;

/** A model that gives scores for whole sequences. What they mean is in the configuration's {@link Labels}. */
public interface SequenceClassifier {
    /** Logits of every sequence, {@code [batch, labels]}. */
    Tensor sequenceLogits(ModelInputs inputs);
}
