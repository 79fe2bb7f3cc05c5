package io.transformer4j.profiling;

import io.transformer4j.torch.ComputePool;
import io.transformer4j.torch.TensorScope;
import java.util.function.ToDoubleFunction;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * What a worker of this machine can do at best while all others do the same: the roof that operators are measured against (Williams et
 * al. 2009).
 *
 * @param flopsPerSecond of a large float32 matrix product
 * @param readBytesPerSecond of a sum over an array that no cache holds
 * @param copyBytesPerSecond of a copy of such an array; what is read and what is written count
 */
public record MachinePeak(double flopsPerSecond, double readBytesPerSecond, double copyBytesPerSecond) {
    private static final long MATRIX = 1024;
    private static final long ARRAY = 32L << 20;
    private static final int ROUNDS = 8;

    /** Measures the workers of {@code pool} together, for a second or two; the best of some rounds, as a mean of the workers. */
    public static MachinePeak measure(ComputePool pool) {
        double flops = best(pool, worker -> product());
        double read = best(pool, worker -> read());
        double copy = best(pool, worker -> copy());
        return new MachinePeak(flops, read, copy);
    }

    private static double best(ComputePool pool, ToDoubleFunction<Integer> measurement) {
        return pool.onEachWorker(measurement::applyAsDouble).stream()
                .mapToDouble(Double::doubleValue)
                .average()
                .orElseThrow();
    }

    private static double product() {
        try (TensorScope scope = new TensorScope();
                NoGradGuard guard = new NoGradGuard()) {
            Tensor left = torch.rand(new long[] {MATRIX, MATRIX}, options());
            Tensor right = torch.rand(new long[] {MATRIX, MATRIX}, options());
            Tensor result = torch.empty_like(left);
            return bestRate(2.0 * MATRIX * MATRIX * MATRIX, () -> torch.mm_out(result, left, right));
        }
    }

    private static double read() {
        try (TensorScope scope = new TensorScope();
                NoGradGuard guard = new NoGradGuard()) {
            Tensor array = torch.ones(new long[] {ARRAY}, options());
            return bestRate((double) Float.BYTES * ARRAY, () -> array.sum().item_float());
        }
    }

    private static double copy() {
        try (TensorScope scope = new TensorScope();
                NoGradGuard guard = new NoGradGuard()) {
            Tensor from = torch.ones(new long[] {ARRAY}, options());
            Tensor to = torch.zeros(new long[] {ARRAY}, options());
            return bestRate(2.0 * Float.BYTES * ARRAY, () -> to.copy_(from));
        }
    }

    private static TensorOptions options() {
        return new TensorOptions(ScalarType.Float);
    }

    private static double bestRate(double amount, Runnable work) {
        work.run(); // touches the memory
        double best = 0;
        for (int round = 0; round < ROUNDS; round++) {
            long start = System.nanoTime();
            work.run();
            best = Math.max(best, amount / ((System.nanoTime() - start) / 1e9));
        }
        return best;
    }

    /** Operations for each byte above which arithmetic is the limit, and below which memory is. */
    public double ridge() {
        return flopsPerSecond / copyBytesPerSecond;
    }

    /** The least time that so much work can take. */
    public double seconds(double flops, double bytes) {
        return Math.max(flops / flopsPerSecond, bytes / copyBytesPerSecond);
    }
}
