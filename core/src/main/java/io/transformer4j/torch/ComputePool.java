package io.transformer4j.torch;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;

/**
 * The one owner of compute threads. libtorch's OpenMP threads and OpenBLAS's own threads fight for the same cores when
 * both are on, so each core gets one Java thread instead, whose operations run on that thread alone; work is divided
 * between workers by data (sequences of a batch, ranges of parameters). Only operations on one long sequence are divided
 * themselves, {@linkplain #inParts if other workers have nothing to do}. ADR 0002 has the figures.
 *
 * <p>Every task runs in a {@link TensorScope} of its own. Thread-safe: calls from several threads are queued.
 */
public final class ComputePool implements AutoCloseable {
    private final List<ExecutorService> workers = new ArrayList<>();
    private final AtomicIntegerArray pending; // tasks of each worker that haven't ended

    /**
     * Starts the workers.
     *
     * @param threads number of workers; 0 means one per available processor
     * @throws IllegalArgumentException if {@code threads} is negative
     */
    public ComputePool(int threads) {
        if (threads < 0) {
            throw new IllegalArgumentException("threads must be 0 (one per processor) or more, but is " + threads);
        }
        Torch.initialize();
        int count = threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
        pending = new AtomicIntegerArray(count);
        for (int i = 0; i < count; i++) {
            String name = "compute-" + i;
            workers.add(Executors.newSingleThreadExecutor(task -> new Worker(this, task, name)));
        }
    }

    /** Number of workers. */
    public int workers() {
        return workers.size();
    }

    /**
     * Runs {@code task} once on every worker, with the worker's number, and waits for all of them. Results come in the
     * order of the workers. If some fail, the first one's exception is thrown once all have ended. An interrupt doesn't end
     * the wait; the thread's interrupt status is kept.
     *
     * @throws IllegalStateException if called by a task of this pool
     */
    public <T> List<T> onEachWorker(IntFunction<T> task) {
        requireOutside();
        List<Future<T>> futures = new ArrayList<>(workers.size());
        synchronized (workers) { // all workers take up calls in the same order, so that the members of a Team can meet
            for (int i = 0; i < workers.size(); i++) {
                int worker = i;
                futures.add(submit(i, () -> task.apply(worker)));
            }
        }
        return awaitAll(futures);
    }

    /** Runs {@code task} on worker 0 and waits for its result, as {@link #onEachWorker} does. */
    public <T> T onOneWorker(Callable<T> task) {
        requireOutside();
        return awaitAll(List.of(submit(0, task))).get(0);
    }

    /**
     * Runs the parts of one operation and waits for them: on the calling thread, and if that is a worker of a pool, also on
     * those of the others that have no task. Parts must not write to the same memory; then the result doesn't depend on who
     * ran what. Each runs in a {@link TensorScope} of its own, with gradients on or off as on the calling thread.
     *
     * @param count number of parts
     * @param part runs the part of a number below {@code count}
     */
    public static void inParts(int count, IntConsumer part) {
        Parts parts = new Parts(count, part);
        if (count > 1 && Thread.currentThread() instanceof Worker worker) {
            worker.pool.askIdleWorkers(parts, count - 1);
        }
        parts.run();
    }

    private void askIdleWorkers(Parts parts, int most) {
        int asked = 0;
        for (int i = 0; i < workers.size() && asked < most; i++) {
            if (pending.get(i) == 0) {
                Future<?> ignored = submit(i, () -> {
                    parts.help();
                    return parts;
                });
                asked++;
            }
        }
    }

    private <T> Future<T> submit(int worker, Callable<T> task) {
        pending.incrementAndGet(worker);
        return workers.get(worker).submit(() -> {
            try (TensorScope scope = new TensorScope()) {
                return task.call();
            } finally {
                pending.decrementAndGet(worker);
            }
        });
    }

    private <T> List<T> awaitAll(List<Future<T>> futures) {
        List<T> results = new ArrayList<>(futures.size());
        Throwable failure = null;
        boolean interrupted = false;
        for (Future<T> future : futures) {
            while (true) {
                try {
                    results.add(future.get());
                    break;
                } catch (ExecutionException e) {
                    failure = failure == null ? e.getCause() : failure;
                    break;
                } catch (InterruptedException e) {
                    interrupted = true; // tensors are in use until the workers end
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure != null) {
            throw failure instanceof RuntimeException e
                    ? TorchException.translate(e)
                    : new IllegalStateException(failure);
        }
        return results;
    }

    /** A worker that waited for its own pool would wait for good. */
    private void requireOutside() {
        if (Thread.currentThread() instanceof Worker worker && worker.pool == this) {
            throw new IllegalStateException("a task of a compute pool can't run another task on the same pool");
        }
    }

    private static final class Worker extends Thread {
        private final ComputePool pool;

        Worker(ComputePool pool, Runnable task, String name) {
            super(task, name);
            this.pool = pool;
            setDaemon(true);
        }
    }

    /**
     * Ends the process at once with {@code status}, though workers may be inside a native operation. The normal exit
     * would wait for good: OpenBLAS's destructor joins threads that never answer. Flush and close files before.
     */
    public static void exitProcess(int status) {
        LibC.exitNow(status);
    }

    /** Stops the workers after their current tasks and waits for these: then nothing uses their tensors any more. */
    @Override
    public void close() {
        workers.forEach(ExecutorService::shutdown);
        boolean interrupted = false;
        for (ExecutorService worker : workers) {
            while (!worker.isTerminated()) {
                try {
                    worker.awaitTermination(1, TimeUnit.HOURS);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
