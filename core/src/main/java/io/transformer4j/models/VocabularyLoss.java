package io.transformer4j.models;

import io.transformer4j.nn.CrossEntropy;
import io.transformer4j.nn.Module;
import io.transformer4j.nn.Operator;
import io.transformer4j.nn.Parameter;
import java.util.Map;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** The loss of a head over the vocabulary, shared by all language models. */
public final class VocabularyLoss {
    private VocabularyLoss() {}

    /**
     * Cross entropy of {@code hidden}'s rows, as a part of the mean over the whole batch; without gradients, the accuracy
     * too.
     *
     * @param head whose operator it is
     * @param hidden {@code [labels, hiddenSize]}, the labelled rows only
     * @param weight {@code [vocabSize, hiddenSize]}
     */
    public static TrainableModel.Loss of(
            Module head,
            Tensor hidden,
            Parameter weight,
            @Nullable Parameter bias,
            TrainableModel.Targets targets,
            TrainableModel.Totals totals) {
        return of(head, hidden, weight, bias, 0, targets, totals);
    }

    /** The same; with gradients, against {@linkplain TrainableModel#setLabelSmoothing smoothed} labels. */
    public static TrainableModel.Loss of(
            Module head,
            Tensor hidden,
            Parameter weight,
            @Nullable Parameter bias,
            double smoothing,
            TrainableModel.Targets targets,
            TrainableModel.Totals totals) {
        Tensor labels = ModelInputs.tensor(targets.labelledIds(), hidden.device());
        if (GradMode.is_enabled()) {
            Tensor loss = head.observed(
                    () -> Operator.vocabularyLoss(hidden.size(0), hidden.size(1), weight.shape()[0], true),
                    hidden,
                    rows -> CrossEntropy.ofHead(rows, weight, bias, labels, totals.labelledTokens(), smoothing));
            return new TrainableModel.Loss(loss, Map.of());
        }
        CrossEntropy.Evaluation evaluation =
                CrossEntropy.evaluateHead(hidden, weight, bias, labels, totals.labelledTokens());
        return new TrainableModel.Loss(evaluation.loss(), Map.of("accuracy", evaluation.accuracy()));
    }
}
