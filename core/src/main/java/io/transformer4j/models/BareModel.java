package io.transformer4j.models;

import io.transformer4j.attention.ChosenTokens;
import org.bytedeco.pytorch.Tensor;

/** A model without head: token ids in, hidden states out. */
public interface BareModel {
    /**
     * Runs a batch.
     *
     * @param outputHiddenStates whether to return the hidden states of all layers too
     * @throws IllegalArgumentException if a sequence has more tokens than the model has positions
     */
    BaseModelOutput forward(ModelInputs inputs, boolean outputHiddenStates);

    /**
     * The last hidden states of chosen tokens, {@code [chosen tokens, hiddenSize]}.
     *
     * @throws IllegalArgumentException if a sequence has more tokens than the model has positions
     */
    default Tensor forward(ModelInputs inputs, ChosenTokens chosen) {
        return chosen.of(forward(inputs, false).lastHiddenState());
    }
}
