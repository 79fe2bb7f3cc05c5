package io.transformer4j.verification;

import static io.transformer4j.models.PretrainedConfig.check;

import io.transformer4j.models.ModelInputs;
import io.transformer4j.models.PretrainedModel;
import io.transformer4j.models.TrainableModel;
import io.transformer4j.nn.Parameter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.bytedeco.pytorch.Tensor;

/** One case: outputs, then the loss, then what its backward pass gives. */
final class CaseComparison {
    private static final double OUTPUT_TOLERANCE = 1e-4;
    private static final double GRADIENT_TOLERANCE = 1e-3;
    /**
     * Share of the global gradient norm that a gradient may be off whatever its size: some gradients are zero in exact
     * arithmetic (a key bias shifts all scores of a query alike), and what stands there is rounding.
     */
    private static final double GRADIENT_NOISE = 1e-6;

    private static final String LOSS = "loss";
    private static final String WEIGHT = "loss_weight/";
    private static final String SMOOTHED = "loss_label_smoothing_";
    private static final String NORM = "gradnorm/";
    private static final String SLICE = "gradslice/";

    private final ReferenceCase reference;
    private final PretrainedModel model;
    private final References references;
    private final String prefix;
    private final List<Check> checks = new ArrayList<>();

    CaseComparison(ReferenceCase reference, PretrainedModel model, References references) {
        this.reference = reference;
        this.model = model;
        this.references = references;
        this.prefix = reference.name() + "/";
    }

    /** Runs the case; results belong to the open scope. */
    List<Check> compare() {
        ModelInputs inputs = reference.inputs();
        Map<String, Tensor> outputs = model.outputs(inputs);
        for (String name : expectedOutputs()) {
            check(
                    outputs.containsKey(name),
                    "%s has no output %s, only %s",
                    model.architecture(),
                    name,
                    String.join(", ", outputs.keySet()));
            compareOutput(name, outputs.get(name));
        }
        boolean weighted = references.names().stream().anyMatch(name -> name.startsWith(prefix + WEIGHT));
        Tensor loss = weighted || !reference.hasTargets() ? weightedLoss(outputs) : targetLoss(inputs);
        loss.backward();
        compareGradients();
        model.namedParameters().values().forEach(Parameter::clearGrad);
        return checks;
    }

    private Set<String> expectedOutputs() {
        Set<String> names = new TreeSet<>();
        for (String key : references.names()) {
            if (key.startsWith(prefix)) {
                String name = key.substring(prefix.length());
                if (!name.startsWith(LOSS)
                        && !name.startsWith(NORM)
                        && !name.startsWith(SLICE)
                        && !name.startsWith("rand_attn/")) {
                    names.add(name);
                }
            }
        }
        return names;
    }

    private Tensor expected(String name) {
        return references.tensor(prefix + name);
    }

    private void compareOutput(String name, Tensor output) {
        Tensor expected = expected(name);
        Tensor actual = output.detach();
        if (expected.dim() == actual.dim() + 1) { // a row per token
            TokenGrid grid = reference.rowsOf(name);
            actual = actual.index_select(0, Tensor.create(grid.comparedRows()));
            expected = realRows(name, expected);
        }
        check(
                List.of(box(expected)).equals(List.of(box(actual))),
                "%s has shape %s, but %s is expected",
                name,
                List.of(box(actual)),
                List.of(box(expected)));
        add(
                Check.Kind.OUTPUT,
                name,
                actual.sub(expected).abs().max().item_double(),
                OUTPUT_TOLERANCE * expected.abs().max().item_double());
    }

    private static Long[] box(Tensor tensor) {
        return java.util.Arrays.stream(tensor.shape()).boxed().toArray(Long[]::new);
    }

    /** {@code [batch, length, …]} to {@code [tokens, …]}. */
    private Tensor realRows(String name, Tensor rectangle) {
        long[] places = reference.rowsOf(name).comparedPlaces(rectangle.size(1));
        return rectangle.flatten(0, 1).index_select(0, Tensor.create(places));
    }

    private Tensor targetLoss(ModelInputs inputs) {
        check(model instanceof TrainableModel, "%s has no loss, but the case has labels", model.architecture());
        TrainableModel.Targets targets = reference.targets();
        TrainableModel.Totals totals = TrainableModel.Totals.of(List.of(targets), reference.sequences());
        Tensor loss = targetLoss(LOSS, 0, inputs, targets, totals);
        for (String name : references.names()) { // if there is a smoothed loss too, gradients are those of it
            if (name.startsWith(prefix + SMOOTHED)) {
                double smoothing = Double.parseDouble(name.substring((prefix + SMOOTHED).length()));
                loss = targetLoss(name.substring(prefix.length()), smoothing, inputs, targets, totals);
            }
        }
        return loss;
    }

    private Tensor targetLoss(
            String name,
            double smoothing,
            ModelInputs inputs,
            TrainableModel.Targets targets,
            TrainableModel.Totals totals) {
        TrainableModel trainable = (TrainableModel) model;
        trainable.setLabelSmoothing(smoothing);
        Tensor loss = trainable.loss(inputs, targets, totals).total();
        trainable.setLabelSmoothing(0);
        double expected = expected(name).item_double();
        add(Check.Kind.LOSS, name, Math.abs(loss.item_double() - expected), OUTPUT_TOLERANCE * Math.abs(expected));
        return loss;
    }

    /** The sum of the outputs times given weights, which stands for a loss where a model has none. */
    private Tensor weightedLoss(Map<String, Tensor> outputs) {
        Tensor loss = null;
        double squares = 0;
        for (String key : references.names()) {
            if (key.startsWith(prefix + WEIGHT)) {
                String name = key.substring(prefix.length() + WEIGHT.length());
                Tensor weight = references.tensor(key);
                Tensor output = outputs.get(name);
                if (weight.dim() == output.dim() + 1) {
                    output = output.index_select(
                            0, Tensor.create(reference.rowsOf(name).comparedRows()));
                    weight = realRows(name, weight);
                }
                Tensor addends = output.mul(weight);
                squares += Math.pow(addends.detach().norm().item_double(), 2);
                loss = loss == null ? addends.sum() : loss.add(addends.sum());
            }
        }
        if (loss == null) {
            throw new IllegalArgumentException("the case has neither labels nor " + WEIGHT + "…");
        }
        double expected = expected(LOSS).item_double();
        // A sum of many addends that cancel: what their rounding adds up to is the scale, not the sum.
        double scale = Math.max(Math.abs(expected), Math.sqrt(squares));
        add(Check.Kind.LOSS, LOSS, Math.abs(loss.item_double() - expected), OUTPUT_TOLERANCE * scale);
        return loss;
    }

    private void compareGradients() {
        Map<String, Tensor> own = new LinkedHashMap<>();
        model.namedParameters().forEach((key, parameter) -> parameter.grad().ifPresent(grad -> own.put(key, grad)));
        Map<String, Tensor> gradients = model.weightMap().toCheckpoint(own);
        Set<String> compared = new HashSet<>();
        double noise = GRADIENT_NOISE * globalNorm();
        for (String key : new TreeSet<>(references.names())) {
            if (key.startsWith(prefix + NORM)) {
                String name = key.substring(prefix.length() + NORM.length());
                Tensor gradient = gradients.get(name);
                check(gradient != null, "the parameter %s got no gradient, but one is expected", name);
                compareNorm(name, gradient, noise);
                compareSlice(name, gradient, noise);
                compared.add(name);
            }
        }
        gradients.forEach((name, gradient) -> {
            if (!compared.contains(name)) { // fixed tables, and parameters that the loss doesn't reach
                add(Check.Kind.GRADIENT, name, gradient.norm().item_double(), noise);
            }
        });
    }

    private double globalNorm() {
        return Math.sqrt(references.names().stream()
                .filter(key -> key.startsWith(prefix + NORM))
                .mapToDouble(key -> Math.pow(references.tensor(key).item_double(), 2))
                .sum());
    }

    private void compareNorm(String name, Tensor gradient, double noise) {
        double expected = expected(NORM + name).item_double();
        add(
                Check.Kind.GRADIENT,
                name,
                Math.abs(gradient.norm().item_double() - expected),
                GRADIENT_TOLERANCE * expected + noise);
    }

    /** Elements at even distances, which show errors of sign and layout that the norm hides. */
    private void compareSlice(String name, Tensor gradient, double noise) {
        Tensor expected = expected(SLICE + name);
        long count = expected.numel();
        long[] places = new long[Math.toIntExact(count)];
        for (int i = 0; i < places.length; i++) {
            places[i] = i * gradient.numel() / count;
        }
        Tensor actual = gradient.contiguous().view(-1).index_select(0, Tensor.create(places));
        Tensor allowed = expected.abs()
                .mul(new org.bytedeco.pytorch.Scalar(GRADIENT_TOLERANCE))
                .add(new org.bytedeco.pytorch.Scalar(noise));
        Tensor differences = actual.sub(expected).abs();
        long worst = differences.div(allowed).argmax().item_long();
        add(
                Check.Kind.GRADIENT,
                name + " (elements)",
                differences.select(0, worst).item_double(),
                allowed.select(0, worst).item_double());
    }

    private void add(Check.Kind kind, String quantity, double difference, double allowed) {
        checks.add(new Check(reference.name(), kind, quantity, difference, allowed));
    }
}
