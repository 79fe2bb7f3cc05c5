package io.transformer4j.models.features;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** Which layers of an encoder are its features (Devlin et al. 2019, table 7). */
public enum FeatureLayers {
    /** The last one. */
    LAST,
    /** The sum of the last four. */
    SUM_LAST_FOUR,
    /** The last four side by side. */
    CONCAT_LAST_FOUR,
    /** All, the embeddings too; the head learns how to mix them (Peters et al. 2018, eq. 1). */
    SCALAR_MIX;

    private static final int FOUR = 4;

    /** How many layers are kept apart in the features. */
    public int parts(int numHiddenLayers) {
        return switch (this) {
            case LAST, SUM_LAST_FOUR -> 1;
            case CONCAT_LAST_FOUR -> Math.min(FOUR, numHiddenLayers);
            case SCALAR_MIX -> numHiddenLayers + 1;
        };
    }

    /**
     * The features of tokens.
     *
     * @param states after the embeddings and after each layer, each {@code [tokens, hiddenSize]}
     * @return {@code [tokens, parts · hiddenSize]}
     */
    public Tensor of(List<Tensor> states) {
        List<Tensor> lastFour = states.subList(Math.max(1, states.size() - FOUR), states.size());
        return switch (this) {
            case LAST -> states.get(states.size() - 1);
            case SUM_LAST_FOUR -> lastFour.stream().reduce(Tensor::add).orElseThrow();
            case CONCAT_LAST_FOUR -> sideBySide(lastFour);
            case SCALAR_MIX -> sideBySide(states);
        };
    }

    private static Tensor sideBySide(List<Tensor> states) {
        return torch.cat(new TensorVector(states.toArray(Tensor[]::new)), 1);
    }
}
