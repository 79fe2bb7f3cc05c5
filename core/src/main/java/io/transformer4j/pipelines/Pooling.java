package io.transformer4j.pipelines;

import io.transformer4j.attention.SequenceLayout;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

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

    /** Whether {@link #tokens} needs more than the last layer. */
    boolean needsAllLayers() {
        return this == LAST_FOUR_LAYERS;
    }

    /**
     * The vectors of the tokens.
     *
     * @param layers hidden states {@code [tokens, hiddenSize]}, those after the embeddings first
     */
    Tensor tokens(List<Tensor> layers) {
        Tensor sum = layers.get(layers.size() - 1);
        if (this == LAST_FOUR_LAYERS) {
            int count = Math.min(LAST_LAYERS, layers.size() - 1);
            for (Tensor layer : layers.subList(layers.size() - count, layers.size() - 1)) {
                sum = sum.add(layer);
            }
        }
        return sum;
    }

    /** The vectors of the texts, {@code [batch, hiddenSize]}, from those of their tokens. */
    Tensor pool(Tensor tokens, SequenceLayout layout) {
        List<Tensor> texts = new ArrayList<>();
        List<Tensor> parts = layout.split(tokens);
        for (int i = 0; i < parts.size(); i++) {
            SequenceLayout.Run run = layout.runs().get(i);
            Tensor rows = parts.get(i).view(run.sequences(), run.length(), -1);
            texts.add(this == CLS ? rows.select(1, 0) : rows.mean(1)); // [run.sequences, hiddenSize]
        }
        return torch.cat(new TensorVector(texts.toArray(Tensor[]::new)));
    }
}
