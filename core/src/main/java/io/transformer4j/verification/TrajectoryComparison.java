package io.transformer4j.verification;

import static io.transformer4j.models.PretrainedConfig.check;

import io.transformer4j.checkpoint.SafetensorsFile;
import io.transformer4j.models.PretrainedModel;
import io.transformer4j.models.TrainableModel;
import io.transformer4j.nn.Parameter;
import io.transformer4j.torch.TensorScope;
import io.transformer4j.training.AdamW;
import io.transformer4j.training.TrainingArguments;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Optimizer steps from a checkpoint on one batch, against those of a reference run: clipping to norm 1, AdamW with weight
 * decay 0.01 of matrices, three steps of warm-up to 1e-3 and linear decay to 0. Shows what one backward pass can't: tied
 * weights stepped twice, decay of norms, a schedule off by one.
 */
final class TrajectoryComparison {
    private static final double TOLERANCE = 1e-4;
    /** Gradients below this share of the global norm are rounding, which Adam turns into full steps anywhere. */
    private static final double NOISE = 1e-6;

    private static final double CLIP_EPSILON = 1e-6; // as in torch's clip_grad_norm_
    private static final String PART = "training";

    private final TrainableModel model;
    private final ReferenceCase batch;
    private final SafetensorsFile expected;
    private final Set<String> frozen;
    private final List<Check> checks = new ArrayList<>();
    /** The largest gradient so far of each element, by the checkpoint's names. */
    private final Map<String, Tensor> largest = new LinkedHashMap<>();

    private double largestNorm;

    private TrajectoryComparison(
            TrainableModel model, ReferenceCase batch, SafetensorsFile expected, Set<String> frozen) {
        this.model = model;
        this.batch = batch;
        this.expected = expected;
        this.frozen = frozen;
    }

    static List<Check> run(PretrainedModel model, References references, Map<String, Object> config, Path trajectory) {
        check(model instanceof TrainableModel, "%s has no loss to train with", model.architecture());
        try (SafetensorsFile expected = SafetensorsFile.open(trajectory);
                TensorScope scope = new TensorScope()) {
            ReferenceCase batch = new ReferenceCase(references.cases().get(0), model, config);
            return new TrajectoryComparison((TrainableModel) model, batch, expected, references.frozen()).follow();
        }
    }

    private List<Check> follow() {
        int steps = Math.toIntExact(expected.tensor("loss").numel());
        TrainingArguments arguments = TrainingArguments.DEFAULTS.with(
                a -> a.maxSteps(steps).warmupSteps(3).learningRate(1e-3).weightDecay(0.01));
        Map<String, Parameter> trainable = new LinkedHashMap<>(model.namedParameters());
        trainable.values().removeIf(parameter -> !parameter.trainable());
        try (AdamW optimizer = new AdamW(trainable, arguments)) {
            for (int step = 0; step < steps; step++) {
                double learningRate = arguments.learningRateAt(step);
                compare("lr", step, learningRate);
                compare("loss", step, backward());
                double norm = norm();
                compare("grad_norm", step, norm);
                remember(norm);
                optimizer.step(step + 1, learningRate, norm > 1 ? norm + CLIP_EPSILON : null);
                trainable.values().forEach(Parameter::clearGrad);
            }
        }
        compareWeights();
        return checks;
    }

    private double backward() {
        try (TensorScope scope = new TensorScope()) {
            TrainableModel.Targets targets = batch.targets();
            TrainableModel.Totals totals = TrainableModel.Totals.of(List.of(targets), batch.sequences());
            Tensor loss = model.loss(batch.inputs(), targets, totals).total();
            loss.backward();
            return loss.item_double();
        }
    }

    private double norm() {
        try (TensorScope scope = new TensorScope()) {
            return Math.sqrt(gradients().values().stream()
                    .mapToDouble(gradient -> Math.pow(gradient.norm().item_double(), 2))
                    .sum());
        }
    }

    private Map<String, Tensor> gradients() {
        Map<String, Tensor> own = new LinkedHashMap<>();
        model.namedParameters().forEach((name, parameter) -> parameter.grad().ifPresent(grad -> own.put(name, grad)));
        return model.weightMap().toCheckpoint(own);
    }

    private void remember(double norm) {
        largestNorm = Math.max(largestNorm, norm);
        try (NoGradGuard guard = new NoGradGuard()) {
            gradients().forEach((name, gradient) -> largest.merge(name, gradient.abs(), torch::maximum));
        }
    }

    private void compare(String quantity, int step, double actual) {
        double reference = expected.tensor(quantity).select(0, step).item_double();
        add(quantity + "[" + step + "]", Math.abs(actual - reference), TOLERANCE * Math.abs(reference));
    }

    private void compareWeights() {
        Map<String, Tensor> values = new LinkedHashMap<>();
        model.namedParameters().forEach((name, parameter) -> {
            if (parameter.trainable()) {
                values.put(name, parameter.tensor().detach());
            }
        });
        Map<String, Tensor> weights = model.weightMap().toCheckpoint(values);
        weights.forEach((name, weight) -> {
            if (!expected.names().contains("final/" + name)) {
                throw new IllegalArgumentException("the reference run has no parameter " + name);
            }
            Tensor reference = expected.tensor("final/" + name);
            Tensor difference = weight.sub(reference).abs();
            if (largest.containsKey(name)) {
                Tensor gradient = largest.get(name);
                Tensor noise = gradient.lt(new Scalar(NOISE * largestNorm)).logical_and(gradient.gt(new Scalar(0)));
                difference = difference.masked_fill(noise, new Scalar(0));
            }
            add(
                    "final/" + name,
                    difference.max().item_double(),
                    TOLERANCE * Math.max(1, reference.abs().max().item_double()));
        });
        for (String name : expected.names()) {
            String parameter = name.replaceFirst("^final/", "");
            if (name.startsWith("final/") && !weights.containsKey(parameter) && !frozen.contains(parameter)) {
                throw new IllegalArgumentException("the model has no parameter " + name);
            }
        }
    }

    private void add(String quantity, double difference, double allowed) {
        checks.add(new Check(PART, Check.Kind.TRAINING, quantity, difference, allowed));
    }
}
