package io.transformer4j.models;

/** A model without head: token ids in, hidden states out. */
public interface BareModel {
    /**
     * Runs a batch.
     *
     * @param outputHiddenStates whether to return the hidden states of all layers too
     * @throws IllegalArgumentException if a sequence has more tokens than the model has positions
     */
    BaseModelOutput forward(ModelInputs inputs, boolean outputHiddenStates);
}
