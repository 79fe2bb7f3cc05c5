package io.transformer4j.models;

import org.bytedeco.pytorch.Tensor;

/** A model that predicts tokens at given positions from both sides of their context. */
public interface MaskedLanguageModel {
    /**
     * Vocabulary logits at chosen rows.
     *
     * @param rows indices of packed tokens
     * @return {@code [rows, vocabSize]}
     */
    Tensor maskedLogits(ModelInputs inputs, long[] rows);
}
