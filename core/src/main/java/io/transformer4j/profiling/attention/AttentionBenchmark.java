package io.transformer4j.profiling.attention;

import io.transformer4j.attention.Attention;
import io.transformer4j.attention.AttentionMask;
import io.transformer4j.attention.AttentionOptions;
import io.transformer4j.nn.Dropout;
import io.transformer4j.nn.Module;
import io.transformer4j.nn.Parameter;
import io.transformer4j.torch.ComputePool;
import io.transformer4j.torch.Devices;
import io.transformer4j.torch.NativeMemory;
import io.transformer4j.torch.TensorScope;
import io.transformer4j.tracking.MemoryProbe;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.ToDoubleFunction;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * Measures kernels one after the other. Memory is the rise of the process' resident memory during one pass, after all that
 * was freed before has been given back to the system; time is that of later passes, which find memory and code in place.
 */
public final class AttentionBenchmark {
    /** Passes are repeated until they took so long together. */
    private static final double ENOUGH_SECONDS = 2;

    private static final int SHORT = 256;

    private final ComputePool pool;
    private final AttentionOptions options;
    private final int repetitions;

    /**
     * A benchmark.
     *
     * @param options of the kernels that have some
     * @param repetitions most passes to time
     */
    public AttentionBenchmark(ComputePool pool, AttentionOptions options, int repetitions) {
        this.pool = pool;
        this.options = options;
        this.repetitions = repetitions;
    }

    /**
     * Measures one workload.
     *
     * @throws IllegalArgumentException if it is causal and the kernel can't be
     */
    public Measurement measure(Workload workload) {
        Workload small = workload.withLength(Math.min(SHORT, workload.length()));
        pool.onOneWorker(() -> pass(small)); // loads code and starts threads
        boolean released =
                pool.onEachWorker(worker -> NativeMemory.release()).stream().allMatch(done -> done);
        Measurement measurement = pool.onOneWorker(() -> pass(workload));
        return released ? measurement : measurement.withoutPeak();
    }

    private Measurement pass(Workload workload) {
        try (TensorScope scope = new TensorScope();
                Kernel kernel = new Kernel(workload, options)) {
            Tensor[] inputs = inputs(workload);
            OptionalLong before = NativeMemory.resetPeak() ? MemoryProbe.residentBytes() : OptionalLong.empty();
            Timing first = time(() -> run(kernel.attention, workload, inputs));
            OptionalLong peak = MemoryProbe.peakResidentBytes();
            List<Timing> timings = new ArrayList<>();
            double sum = first.seconds();
            while (timings.size() < repetitions && (sum < ENOUGH_SECONDS * repetitions)) {
                timings.add(time(() -> run(kernel.attention, workload, inputs)));
                sum += timings.get(timings.size() - 1).seconds();
            }
            if (timings.isEmpty()) {
                timings.add(first);
            }
            return new Measurement(
                    workload,
                    median(timings, Timing::seconds),
                    median(timings, Timing::cpuSeconds),
                    before.isPresent() && peak.isPresent()
                            ? OptionalLong.of(Math.max(0, peak.getAsLong() - before.getAsLong()))
                            : OptionalLong.empty(),
                    timings.size());
        }
    }

    /** Query, key, value and the gradient of the result. */
    private static Tensor[] inputs(Workload workload) {
        Tensor[] inputs = new Tensor[workload.backward() ? 4 : 3];
        for (int i = 0; i < inputs.length; i++) {
            inputs[i] = torch.randn(1, workload.heads(), workload.length(), workload.headSize());
            if (workload.backward() && i < 3) {
                inputs[i].set_requires_grad(true);
            }
        }
        return inputs;
    }

    private static void run(Attention attention, Workload workload, Tensor[] inputs) {
        AttentionMask mask = workload.causal() ? AttentionMask.causal() : AttentionMask.full();
        try (TensorScope scope = new TensorScope()) {
            if (!workload.backward()) {
                try (NoGradGuard guard = new NoGradGuard()) {
                    attention.forward(inputs[0], inputs[1], inputs[2], mask);
                }
                return;
            }
            for (int i = 0; i < 3; i++) {
                inputs[i].mutable_grad().reset();
            }
            attention
                    .forward(inputs[0], inputs[1], inputs[2], mask)
                    .backward(inputs[3], new BoolOptional(), false, new TensorArrayRefOptional());
        }
    }

    private record Timing(double seconds, double cpuSeconds) {}

    private static Timing time(Runnable work) {
        double cpu = cpuSeconds();
        long start = System.nanoTime();
        work.run();
        return new Timing((System.nanoTime() - start) / 1e9, cpuSeconds() - cpu);
    }

    private static double cpuSeconds() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                ? system.getProcessCpuTime() / 1e9
                : Double.NaN;
    }

    private static double median(List<Timing> timings, ToDoubleFunction<Timing> value) {
        double[] sorted = timings.stream().mapToDouble(value).sorted().toArray();
        return sorted[sorted.length / 2];
    }

    /** A kernel with the weights that it has itself. */
    private static final class Kernel implements AutoCloseable {
        private final Attention attention;

        Kernel(Workload workload, AttentionOptions options) {
            double scale = 1 / Math.sqrt((double) workload.headSize());
            attention = options.withMaxLength(workload.length())
                    .create(workload.kernel(), scale, new Dropout(0), workload.heads());
            if (attention instanceof Module module) {
                module.namedParameters()
                        .values()
                        .forEach(weights -> weights.initialize(Devices.cpu(), torch.createCPUGenerator(1)));
            }
        }

        @Override
        public void close() {
            if (attention instanceof Module module) {
                module.namedParameters().values().forEach(Parameter::close);
            }
        }
    }
}
