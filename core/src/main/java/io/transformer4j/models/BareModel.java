package io.transformer4j.models;

import io.transformer4j.attention.ChosenTokens;
import java.util.List;
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

    /**
     * What each token of one sequence takes of each other, in every layer: {@code [heads, tokens, tokens]}, queries by keys.
     *
     * @throws IllegalArgumentException if there is more than one sequence
     */
    List<Tensor> attentions(ModelInputs inputs);
}
