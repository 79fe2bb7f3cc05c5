package io.transformer4j.pipelines;

import io.transformer4j.attention.ChosenTokens;
import io.transformer4j.models.BareModel;
import io.transformer4j.models.ModelInputs;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** How the vectors of a text's tokens become one. Special tokens count as tokens. */
public enum Pooling {
    /** Mean of the last layer over the tokens (Reimers and Gurevych 2019, §3). */
    MEAN,
    /** The last layer at the first token. */
    CLS,
    /**
     * Mean over the tokens of the sum of the last four layers, or of all if there are fewer; the sum keeps the width, and
     * is nearly as good as the concatenation (Devlin et al. 2019, §5.3).
     */
    LAST_FOUR_LAYERS;

    private static final int LAST_LAYERS = 4;

    /** The vectors of a batch's texts, {@code [batch, hiddenSize]}. */
    public Tensor texts(BareModel model, ModelInputs inputs) {
        return this == CLS
                ? model.forward(inputs, ChosenTokens.of(inputs.layout().firstRows()))
                : inputs.layout().means(tokens(model, inputs));
    }

    /** The vectors of a batch's tokens, {@code [tokens, hiddenSize]}. */
    Tensor tokens(BareModel model, ModelInputs inputs) {
        if (this != LAST_FOUR_LAYERS) {
            return model.forward(inputs, false).lastHiddenState();
        }
        List<Tensor> layers = model.forward(inputs, true).hiddenStates(); // that after the embeddings first
        Tensor sum = layers.get(layers.size() - 1);
        int count = Math.min(LAST_LAYERS, layers.size() - 1);
        for (Tensor layer : layers.subList(layers.size() - count, layers.size() - 1)) {
            sum = sum.add(layer);
        }
        return sum;
    }
}
