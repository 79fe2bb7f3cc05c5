package io.transformer4j.tokenizers.trainers;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** The same job on several threads at once, which share the work among themselves. */
final class Workers {

    private Workers() {}

    /** What each of {@code threads} workers returns; the exception of the first that fails is thrown. */
    static <T> List<T> run(int threads, Callable<T> job) {
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            List<Future<T>> futures = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                futures.add(executor.submit(job));
            }
            List<T> results = new ArrayList<>();
            for (Future<T> future : futures) {
                results.add(future.get());
            }
            return results;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while training", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        } finally {
            executor.shutdownNow();
        }
    }

    /** Hands out {@code [0, size)} in blocks, to whoever asks next. */
    static final class Blocks {

        private final AtomicInteger next = new AtomicInteger();
        private final int size;
        private final int blockSize;

        Blocks(int size, int blockSize) {
            this.size = size;
            this.blockSize = blockSize;
        }

        /** Start of the next block, or -1 if nothing is left. */
        int next() {
            int block = next.getAndIncrement();
            return (long) block * blockSize < size ? block * blockSize : -1;
        }

        /** End of the block that starts at {@code start}. */
        int end(int start) {
            return (int) Math.min(size, (long) start + blockSize);
        }
    }
}
