package io.transformer4j.training;

import io.transformer4j.data.Dataset;
import io.transformer4j.models.TrainableModel;
import io.transformer4j.torch.ComputePool;
import io.transformer4j.torch.TensorScope;
import io.transformer4j.tracking.Charts;
import io.transformer4j.tracking.MemoryProbe;
import io.transformer4j.tracking.RunEnvironment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Trains a tiny model of one layer for many steps and watches the memory of its process: {@code docs/results/memory.md} is a run of this.
 * Evaluations and checkpoints are part of it. Run it in a JVM with a heap of fixed size, touched at the start, and
 * without the optimizing compiler, whose working memory comes and goes: whatever grows then is a leak.
 */
final class MemoryRun {
    private static final int SAMPLE_EVERY = 50;
    private static final double MIB = 1 << 20;

    private MemoryRun() {}

    /**
     * Median memory in two windows of a run.
     *
     * @param early resident bytes between 30 % and 50 % of the steps
     * @param late resident bytes in the last 20 %
     */
    record Growth(long early, long late) {
        static Growth of(List<MemoryProbe.Sample> samples, ToLongFunction<MemoryProbe.Sample> bytes) {
            return new Growth(median(samples, 0.3, 0.5, bytes), median(samples, 0.8, 1.0, bytes));
        }

        long bytes() {
            return late - early;
        }

        private static long median(
                List<MemoryProbe.Sample> samples, double from, double to, ToLongFunction<MemoryProbe.Sample> bytes) {
            List<MemoryProbe.Sample> window =
                    samples.subList((int) (samples.size() * from), (int) (samples.size() * to));
            long[] sorted = window.stream().mapToLong(bytes).sorted().toArray();
            return sorted[sorted.length / 2];
        }
    }

    /**
     * {@code kind steps leakedBytes outputFolder [chart.png]}: prints the growth of resident memory in bytes on the last
     * line.
     *
     * @throws IOException if the chart can't be written
     */
    public static void main(String[] args) throws IOException {
        TinyModels kind = TinyModels.valueOf(args[0]);
        long steps = Long.parseLong(args[1]);
        List<MemoryProbe.Sample> samples = train(kind, steps, Long.parseLong(args[2]), Path.of(args[3]));
        Growth resident = Growth.of(samples, MemoryProbe.Sample::residentBytes);
        if (args.length > 4) {
            Path chart = Path.of(args[4]);
            Files.createDirectories(chart.toAbsolutePath().getParent());
            Charts.memory(chart, String.format(Locale.ROOT, "Memory over %,d training steps", steps), samples);
            System.out.println(RunEnvironment.capture());
            System.out.printf(
                    Locale.ROOT,
                    "median resident memory: %.1f MiB early, %.1f MiB late; %.0f s%n",
                    resident.early() / MIB,
                    resident.late() / MIB,
                    samples.get(samples.size() - 1).elapsedSeconds());
        }
        System.out.println(resident.bytes());
    }

    private static List<MemoryProbe.Sample> train(TinyModels kind, long steps, long leakedBytes, Path folder) {
        TrainingArguments arguments = TinyRun.ARGUMENTS.with(a -> a.maxSteps(steps)
                .gradientAccumulationSteps(1)
                .loggingSteps(100)
                .evalSteps(steps / 20)
                .saveSteps(steps / 10));
        MemoryProbe probe = new MemoryProbe();
        List<MemoryProbe.Sample> samples = new ArrayList<>();
        List<Tensor> leaked = new ArrayList<>();
        TrainerCallback callback = new TrainerCallback() {
            @Override
            public void onStepEnd(TrainerState state, double loss) {
                if (leakedBytes > 0) {
                    leak(leaked, leakedBytes);
                }
                if (state.globalStep() % SAMPLE_EVERY == 0) {
                    samples.add(probe.sample(state.globalStep()));
                }
            }
        };
        Dataset data = kind.data(1000, 1);
        try (ComputePool pool = new ComputePool(2);
                TrainableModel model = kind.withWeights(0.1, 1);
                Trainer trainer = TinyRun.trainer(kind, model, arguments, pool)
                        .trainData(data, kind.collator(1))
                        .outputFolder(folder)
                        .callback(callback)
                        .build()) {
            trainer.train();
        }
        return samples;
    }

    /** Out of every scope, and out of reach of the garbage collector too. */
    private static void leak(List<Tensor> leaked, long bytes) {
        try (TensorScope scope = new TensorScope()) {
            leaked.add(TensorScope.retain(torch.ones(bytes / Float.BYTES)));
        }
    }
}
