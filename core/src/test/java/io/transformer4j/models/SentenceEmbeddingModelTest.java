package io.transformer4j.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.transformer4j.models.TrainableModel.Targets;
import io.transformer4j.models.TrainableModel.Totals;
import io.transformer4j.models.bert.BertConfig;
import io.transformer4j.models.bert.BertModel;
import io.transformer4j.torch.Devices;
import io.transformer4j.torch.TensorScope;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

/** The loss against its formula in plain Java. */
class SentenceEmbeddingModelTest {
    private static final double SCALE = 20;
    private static final float[][] VECTORS = {{1, 0, 0}, {0, 2, 0}, {1, 1, 0}, {0.5f, 0, 0.1f}, {0, 1, 1}, {1, 0, 1}};

    private static SentenceEmbeddingModel model() {
        BertModel body = new BertModel(BertConfig.BASE.with(c -> c.vocabSize(5)
                .hiddenSize(4)
                .numHiddenLayers(1)
                .numAttentionHeads(1)
                .intermediateSize(4)));
        body.initializeWeights(1, Devices.cpu());
        return SentenceEmbeddingModel.on(
                body,
                (bare, inputs) ->
                        inputs.layout().means(bare.forward(inputs, false).lastHiddenState()),
                SCALE);
    }

    private static Targets targets(long[] rows, float[] values) {
        return new Targets(new long[0], rows, values, new long[0], new long[0]);
    }

    private static double loss(Targets targets) {
        float[] flat = new float[VECTORS.length * 3];
        for (int i = 0; i < flat.length; i++) {
            flat[i] = VECTORS[i / 3][i % 3];
        }
        try (SentenceEmbeddingModel model = model();
                TensorScope scope = new TensorScope()) {
            Tensor vectors = Tensor.create(flat).view(VECTORS.length, 3);
            return model.compare(vectors, targets, Totals.of(List.of(targets), VECTORS.length))
                    .total()
                    .item_double();
        }
    }

    private static double cosine(int a, int b) {
        double product = 0;
        double left = 0;
        double right = 0;
        for (int i = 0; i < 3; i++) {
            product += VECTORS[a][i] * VECTORS[b][i];
            left += VECTORS[a][i] * VECTORS[a][i];
            right += VECTORS[b][i] * VECTORS[b][i];
        }
        return product / Math.sqrt(left * right);
    }

    private static double crossEntropy(int anchor, int own, int... others) {
        double sum = Math.exp(SCALE * cosine(anchor, own));
        for (int other : others) {
            sum += Math.exp(SCALE * cosine(anchor, other));
        }
        return Math.log(sum) - SCALE * cosine(anchor, own);
    }

    @Test
    void eachAnchorMustFindItsOwnAmongAllCandidates() {
        Targets pairs = targets(new long[] {0, 1, 2, 0, 1, 2}, new float[] {0, 10, 0, 11, 0, 12, 1, 13, 1, 14, 1, 15});
        double expected = (crossEntropy(0, 3, 4, 5) + crossEntropy(1, 4, 3, 5) + crossEntropy(2, 5, 3, 4)) / 3;
        assertThat(loss(pairs)).isCloseTo(expected, within(1e-4));
    }

    @Test
    void theOrderOfTheTextsDoesntMatter() {
        // vectors 3, 1 and 5 are the anchors of rows 0, 1 and 2, and 0, 4 and 2 what they must find
        Targets shuffled =
                targets(new long[] {0, 1, 2, 0, 1, 2}, new float[] {1, 10, 0, 11, 1, 12, 0, 13, 1, 14, 0, 15});
        double expected = (crossEntropy(3, 0, 4, 2) + crossEntropy(1, 4, 0, 2) + crossEntropy(5, 2, 0, 4)) / 3;
        assertThat(loss(shuffled)).isCloseTo(expected, within(1e-4));
    }

    @Test
    void aTripletsWrongTextIsANegativeOfAll() {
        Targets triplets =
                targets(new long[] {0, 1, 0, 1, 0, 1}, new float[] {0, 10, 0, 11, 1, 12, 1, 13, 2, 14, 2, 15});
        double expected = (crossEntropy(0, 2, 3, 4, 5) + crossEntropy(1, 3, 2, 4, 5)) / 2;
        assertThat(loss(triplets)).isCloseTo(expected, within(1e-4));
    }

    @Test
    void equalTextsAreNoNegatives() {
        // rows 0 and 1 have equal anchors; rows 1 and 2 equal candidates
        Targets equal = targets(new long[] {0, 1, 2, 0, 1, 2}, new float[] {0, 10, 0, 10, 0, 12, 1, 13, 1, 14, 1, 14});
        double expected = (crossEntropy(0, 3, 5) + crossEntropy(1, 4) + crossEntropy(2, 5, 3)) / 3;
        assertThat(loss(equal)).isCloseTo(expected, within(1e-4));
    }

    @Test
    void rowsOfDifferentSizesAreRefused() {
        assertThatThrownBy(() -> loss(
                        targets(new long[] {0, 1, 2, 0, 0, 2}, new float[] {0, 10, 0, 11, 0, 12, 1, 13, 1, 14, 1, 15})))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("all rows must have the same number of texts");
    }
}
