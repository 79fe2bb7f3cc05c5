package io.transformer4j.models.bert;

import io.transformer4j.models.ModelInputs;
import io.transformer4j.models.TrainableModel;
import io.transformer4j.models.VocabularyLoss;
import io.transformer4j.models.WeightMap;
import io.transformer4j.nn.Activation;
import io.transformer4j.nn.Embedding;
import io.transformer4j.nn.Initializer;
import io.transformer4j.nn.LayerNorm;
import io.transformer4j.nn.Linear;
import io.transformer4j.nn.Module;
import io.transformer4j.nn.Parameter;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Predicts the token at a position; the output matrix is the word embeddings' (HF {@code BertLMPredictionHead}). */
final class MaskedLMHead extends Module {
    private final Linear transform;
    private final Activation activation;
    private final LayerNorm norm;
    private final Parameter decoder;
    private final Parameter bias;

    MaskedLMHead(BertConfig config, Embedding wordEmbeddings) {
        transform =
                child("transform", new Linear(config.hiddenSize(), config.hiddenSize(), true, config.initializer()));
        activation = Activation.of(config.hiddenAct());
        norm = child("norm", new LayerNorm(config.hiddenSize(), config.layerNormEps()));
        decoder = wordEmbeddings.weight();
        bias = parameter("bias", new Parameter(Initializer.constant(0), config.vocabSize()));
    }

    /** Logits {@code [rows, vocabSize]} of hidden rows {@code [rows, hiddenSize]}. */
    Tensor forward(Tensor hidden) {
        return torch.addmm(bias.tensor(), transformed(hidden), decoder.tensor().t());
    }

    /** Cross entropy over the labels of the whole batch; rows without label cost nothing. */
    TrainableModel.Loss loss(Tensor hidden, TrainableModel.Targets targets, TrainableModel.Totals totals) {
        long[] rows = targets.labelledRows();
        if (rows.length == 0) {
            return new TrainableModel.Loss(hidden.sum().mul(new Scalar(0.0)), Map.of());
        }
        Tensor labelled = hidden.index_select(0, ModelInputs.tensor(rows, hidden.device()));
        return VocabularyLoss.of(transformed(labelled), decoder, bias, targets, totals);
    }

    private Tensor transformed(Tensor hidden) {
        return norm.forward(activation.apply(transform.forward(hidden)));
    }

    static WeightMap weightMap() {
        return WeightMap.builder()
                .addPair("transform", "predictions.transform.dense")
                .addPair("norm", "predictions.transform.LayerNorm")
                .add("bias", "predictions.bias")
                .build();
    }
}
