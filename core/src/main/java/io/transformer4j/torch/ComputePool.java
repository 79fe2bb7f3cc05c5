package io.transformer4j.torch;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;

/**
 * The one owner of compute threads. libtorch's OpenMP threads and OpenBLAS's own threads fight for the same cores when
 * both are on, so each core gets one Java thread instead, whose operations run on that thread alone; work is divided
 * between workers by data (sequences of a batch, ranges of parameters), never inside an operation. ADR 0002 has the
 * figures.
 *
 * <p>Every task runs in a {@link TensorScope} of its own. Thread-safe: calls from several threads are queued.
 */
public final class ComputePool implements AutoCloseable {
    private final List<ExecutorService> workers = new ArrayList<>();

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
        for (int i = 0; i < workers.size(); i++) {
            int worker = i;
            futures.add(workers.get(i).submit(inScope(() -> task.apply(worker))));
        }
        return awaitAll(futures);
    }

    /** Runs {@code task} on worker 0 and waits for its result, as {@link #onEachWorker} does. */
    public <T> T onOneWorker(Callable<T> task) {
        requireOutside();
        return awaitAll(List.of(workers.get(0).submit(inScope(task)))).get(0);
    }

    private static <T> Callable<T> inScope(Callable<T> task) {
        return () -> {
            try (TensorScope scope = new TensorScope()) {
                return task.call();
            }
        };
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
