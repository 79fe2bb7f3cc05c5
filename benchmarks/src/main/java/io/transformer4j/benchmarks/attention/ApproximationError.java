package io.transformer4j.benchmarks.attention;

import io.transformer4j.attention.Attention;
import io.transformer4j.attention.AttentionMask;
import io.transformer4j.attention.AttentionOptions;
import io.transformer4j.attention.AttentionType;
import io.transformer4j.attention.ExactAttention;
import io.transformer4j.attention.PerformerAttention;
import io.transformer4j.nn.Dropout;
import io.transformer4j.nn.Module;
import io.transformer4j.nn.Parameter;
import io.transformer4j.torch.ComputePool;
import io.transformer4j.torch.Devices;
import io.transformer4j.torch.TensorScope;
import io.transformer4j.tracking.Charts;
import io.transformer4j.training.AdamW;
import io.transformer4j.training.TrainingArguments;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * How far Performer's and Linformer's results are from exact attention, over their numbers of features and of mixtures:
 * {@code |approximate - exact| / |exact|} over all results.
 */
public final class ApproximationError {
    private static final long HEADS = 4;
    private static final long LENGTH = 256;
    private static final long HEAD_SIZE = 32;
    private static final double SCALE = 1 / Math.sqrt((double) HEAD_SIZE);
    private static final Dropout NONE = new Dropout(0);
    private static final int DRAWS = 20;
    private static final int STEPS = 1500;

    private final Generator generator = torch.createCPUGenerator(1);

    private ApproximationError() {}

    /** Prints both tables and draws them into the folder that is the only argument. */
    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args[0]);
        try (ComputePool pool = new ComputePool(0)) {
            draw(
                    folder.resolve("performer-error.png"),
                    "Performer: error over features",
                    "random features m",
                    pool.onOneWorker(() -> new ApproximationError().performer()));
            draw(
                    folder.resolve("linformer-error.png"),
                    "Linformer: error over mixtures, projections learned",
                    "mixtures k",
                    pool.onOneWorker(() -> new ApproximationError().linformer()));
        }
        ComputePool.exitProcess(0);
    }

    /** Errors of one kind of inputs by size, ascending. */
    private record Curve(String name, List<Double> sizes, List<Double> errors) {
        Curve(String name) {
            this(name, new ArrayList<>(), new ArrayList<>());
        }

        void add(int size, double error) {
            sizes.add((double) size);
            errors.add(error);
            System.out.printf(Locale.ROOT, "%s, %d: %.4f%n", name, size, error);
        }
    }

    /** Independent tokens of N(0, σ²) in each element: the larger the scores, the more features they take. */
    private List<Curve> performer() {
        List<Curve> curves = new ArrayList<>();
        for (double deviation : new double[] {0.25, 0.5, 1}) {
            Curve curve = new Curve("σ = " + deviation);
            for (int features = 16; features <= 4096; features *= 2) {
                int m = features;
                curve.add(m, rootMeanSquare(draw -> {
                    Tensor[] inputs = {normal(deviation), normal(deviation), normal(1)};
                    return error(new PerformerAttention(SCALE, NONE, m, draw, false), inputs);
                }));
            }
            curves.add(curve);
        }
        return curves;
    }

    /** Neighbouring tokens are alike, with this correlation; so few mixtures can stand for them. */
    private List<Curve> linformer() {
        List<Curve> curves = new ArrayList<>();
        for (double correlation : new double[] {0.9, 0.98}) {
            Curve curve = new Curve("correlation " + correlation);
            for (int k = 4; k < LENGTH; k *= 2) {
                AttentionOptions options =
                        AttentionOptions.DEFAULTS.withMaxLength((int) LENGTH).withProjectionSize(k);
                Attention attention = options.create(AttentionType.LINFORMER, SCALE, NONE, (int) HEADS);
                learn(attention, (Module) attention, correlation);
                curve.add(k, rootMeanSquare(draw -> error(attention, alike(correlation))));
                ((Module) attention).namedParameters().values().forEach(Parameter::close);
            }
            curves.add(curve);
        }
        return curves;
    }

    private void learn(Attention attention, Module weights, double correlation) {
        Map<String, Parameter> parameters = weights.namedParameters();
        parameters.values().forEach(parameter -> parameter.initialize(Devices.cpu(), generator));
        try (AdamW optimizer = new AdamW(parameters, TrainingArguments.DEFAULTS.withWeightDecay(0))) {
            for (int step = 1; step <= STEPS; step++) {
                try (TensorScope scope = new TensorScope()) {
                    Tensor[] inputs = alike(correlation);
                    attention
                            .forward(inputs[0], inputs[1], inputs[2], AttentionMask.full())
                            .sub(exact(inputs))
                            .square()
                            .mean()
                            .backward();
                    optimizer.step(step, 2e-2 * (1 - (step - 1.0) / STEPS), null);
                    parameters.values().forEach(Parameter::clearGrad);
                }
            }
        }
    }

    /** Sequences in which each token is {@code correlation} times the one before and some noise: a product with what remains. */
    private Tensor[] alike(double correlation) {
        Tensor distance = torch.arange(new Scalar(LENGTH))
                .unsqueeze(1)
                .sub(torch.arange(new Scalar(LENGTH)))
                .toType(ScalarType.Float); // [LENGTH, LENGTH], query by noise
        Tensor remains = distance.mul(new Scalar(Math.log(correlation)))
                .exp_()
                .mul_(new Scalar(Math.sqrt(1 - correlation * correlation)));
        remains.select(1, 0)
                .div_(new Scalar(Math.sqrt(1 - correlation * correlation))); // so that all have the variance 1
        remains.tril_();
        return new Tensor[] {remains.matmul(normal(1)), remains.matmul(normal(1)), remains.matmul(normal(1))};
    }

    private Tensor normal(double deviation) {
        return torch.randn(
                        new long[] {1, HEADS, LENGTH, HEAD_SIZE},
                        new GeneratorOptional(generator),
                        new TensorOptions(ScalarType.Float))
                .mul_(new Scalar(deviation));
    }

    private static double rootMeanSquare(Function<Integer, Double> errorOfDraw) {
        double sum = 0;
        for (int draw = 0; draw < DRAWS; draw++) {
            try (TensorScope scope = new TensorScope();
                    NoGradGuard guard = new NoGradGuard()) {
                double error = errorOfDraw.apply(draw);
                sum += error * error;
            }
        }
        return Math.sqrt(sum / DRAWS);
    }

    private static double error(Attention attention, Tensor[] inputs) {
        Tensor exact = exact(inputs);
        Tensor difference = attention
                .forward(inputs[0], inputs[1], inputs[2], AttentionMask.full())
                .sub(exact);
        return difference.norm().item_double() / exact.norm().item_double();
    }

    private static Tensor exact(Tensor[] inputs) {
        return new ExactAttention(SCALE, NONE).forward(inputs[0], inputs[1], inputs[2], AttentionMask.full());
    }

    private static void draw(Path file, String title, String unit, List<Curve> curves) throws IOException {
        Charts.lines(
                file,
                new Charts.Axes(title, unit, "|approximate - exact| / |exact|", true, true),
                curves.stream()
                        .map(curve -> new Charts.Series(curve.name(), curve.sizes(), curve.errors()))
                        .toList());
    }
}
