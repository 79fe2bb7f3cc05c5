package io.transformer4j.models.heads;

import static io.transformer4j.models.PretrainedConfig.check;

import io.transformer4j.attention.SequenceLayout;
import io.transformer4j.models.Labels;
import io.transformer4j.models.Labels.ProblemType;
import io.transformer4j.models.ModelInputs;
import io.transformer4j.models.TrainableModel.Loss;
import io.transformer4j.models.TrainableModel.Targets;
import io.transformer4j.models.TrainableModel.Totals;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Losses of classifiers, each a part of the mean over a whole batch; without gradients, the accuracy too. */
public final class ClassificationLoss {
    private static final long SUM = torch.Reduction.Sum.value;

    private ClassificationLoss() {}

    /** Cross entropy of labelled tokens; {@code logits [tokens, labels]}. */
    public static Loss ofTokens(Tensor logits, List<Double> classWeights, Targets targets, Totals totals) {
        check(
                targets.labels().length == logits.size(0),
                "%d tokens need as many labels, not %d",
                logits.size(0),
                targets.labels().length);
        return singleLabel(logits, classWeights, targets.labels(), totals.labelledTokens());
    }

    /** What {@code labels} call for; {@code logits [batch, labels]}. */
    public static Loss ofSequences(
            Tensor logits, Labels labels, List<Double> classWeights, Targets targets, Totals totals) {
        ProblemType type = problemType(labels, targets);
        if (type == ProblemType.SINGLE_LABEL_CLASSIFICATION) {
            check(
                    targets.sequenceLabels().length == logits.size(0),
                    "%d sequences need as many labels, not %d",
                    logits.size(0),
                    targets.sequenceLabels().length);
            return singleLabel(logits, classWeights, targets.sequenceLabels(), totals.labelledSequences());
        }
        check(
                targets.values().length == logits.numel(),
                "%d sequences with %d outputs each need as many values, not %d",
                logits.size(0),
                logits.size(1),
                targets.values().length);
        Tensor values = Tensor.create(targets.values())
                .to(logits.device(), ScalarType.Float)
                .view_as(logits);
        Tensor sum = type == ProblemType.REGRESSION
                ? torch.mse_loss(logits, values, SUM)
                : torch.binary_cross_entropy_with_logits(
                        logits, values, new TensorOptional(), new TensorOptional(), SUM);
        return new Loss(sum.div(new Scalar((double) totals.sequences() * labels.count())), Map.of());
    }

    /** As HF tells it where the configuration doesn't: one output is a number, and whole numbers are classes. */
    private static ProblemType problemType(Labels labels, Targets targets) {
        if (labels.problemType() != null) {
            return labels.problemType();
        }
        if (labels.count() == 1) {
            return ProblemType.REGRESSION;
        }
        return targets.values().length > 0
                ? ProblemType.MULTI_LABEL_CLASSIFICATION
                : ProblemType.SINGLE_LABEL_CLASSIFICATION;
    }

    private static Loss singleLabel(Tensor logits, List<Double> classWeights, long[] labels, long total) {
        check(
                Arrays.stream(labels)
                        .allMatch(label -> label == Targets.IGNORED || (label >= 0 && label < logits.size(1))),
                "a label must be in [0, %d) or %d",
                logits.size(1),
                Targets.IGNORED);
        Tensor ids = ModelInputs.tensor(labels, logits.device());
        Scalar divisor = new Scalar((double) total);
        if (GradMode.is_enabled()) {
            return new Loss(
                    crossEntropy(logits, weights(classWeights, logits), ids).div(divisor), Map.of());
        }
        Tensor loss = crossEntropy(logits, new TensorOptional(), ids).div(divisor);
        Tensor correct = logits.argmax(new org.bytedeco.pytorch.LongOptional(1), false)
                .eq(ids)
                .sum();
        return new Loss(loss, Map.of("accuracy", correct.div(divisor)));
    }

    private static TensorOptional weights(List<Double> classWeights, Tensor logits) {
        if (classWeights.isEmpty()) {
            return new TensorOptional();
        }
        check(
                classWeights.size() == logits.size(1),
                "%d classes need as many weights, not %d",
                logits.size(1),
                classWeights.size());
        double[] weights =
                classWeights.stream().mapToDouble(Double::doubleValue).toArray();
        return new TensorOptional(Tensor.create(weights).to(logits.device(), logits.scalar_type()));
    }

    private static Tensor crossEntropy(Tensor logits, TensorOptional weights, Tensor labels) {
        return torch.cross_entropy_loss(logits, labels, weights, SUM, Targets.IGNORED, 0);
    }

    /**
     * The mean of two cross entropies over the tokens of each sequence: of the first and of the last token of a span.
     *
     * @param logits {@code [tokens, 2]}
     */
    public static Loss ofSpans(Tensor logits, SequenceLayout layout, Targets targets, Totals totals) {
        Tensor start = ofPositions(logits.select(1, 0), layout, targets.startPositions())
                .div(new Scalar((double) totals.starts()));
        Tensor end = ofPositions(logits.select(1, 1), layout, targets.endPositions())
                .div(new Scalar((double) totals.ends()));
        Tensor loss = start.add(end).div(new Scalar(2.0));
        return new Loss(loss, Map.of("start_loss", start.detach(), "end_loss", end.detach()));
    }

    /** The sum over sequences; {@code scores [tokens]}. */
    private static Tensor ofPositions(Tensor scores, SequenceLayout layout, long[] positions) {
        check(
                positions.length == layout.batchSize(),
                "%d sequences need as many positions, not %d",
                layout.batchSize(),
                positions.length);
        for (int i = 0; i < positions.length; i++) {
            check(
                    positions[i] == Targets.IGNORED || (positions[i] >= 0 && positions[i] < layout.length(i)),
                    "position %d is outside of sequence %d, which has %d tokens",
                    positions[i],
                    i,
                    layout.length(i));
        }
        List<Tensor> parts = layout.split(scores);
        Tensor sum = null;
        for (int i = 0; i < parts.size(); i++) {
            SequenceLayout.Run run = layout.runs().get(i);
            long[] labels = Arrays.copyOfRange(positions, run.firstSequence(), run.firstSequence() + run.sequences());
            Tensor loss = crossEntropy(
                    parts.get(i).reshape(run.sequences(), run.length()),
                    new TensorOptional(),
                    ModelInputs.tensor(labels, scores.device()));
            sum = sum == null ? loss : sum.add(loss);
        }
        return sum;
    }
}
