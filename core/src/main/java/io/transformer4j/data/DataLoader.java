package io.transformer4j.data;

import static java.util.Objects.requireNonNull;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * Batches of a dataset, made ahead on a thread of its own. {@link #position} is where the consumer is, not the thread: a loader
 * opened there goes on with exactly the batches that this one would have given. For one consumer; close it to end the thread.
 */
public final class DataLoader implements Iterator<Batch>, AutoCloseable {
    /** What the thread hands over: a batch, or the end (neither), or what went wrong. */
    private record Delivery(
            @Nullable Batch batch,
            DataPosition position,
            @Nullable Throwable failure) {}

    private final BlockingQueue<Delivery> queue;
    private final Thread thread;
    private @Nullable Delivery ahead;
    private DataPosition position;
    private boolean closed;

    private DataLoader(BatchStream stream, int prefetchBatches) {
        queue = new ArrayBlockingQueue<>(prefetchBatches);
        position = stream.position();
        thread = new Thread(() -> prefetch(stream), "data-loader");
        thread.setDaemon(true);
    }

    /**
     * Starts making batches.
     *
     * @param start {@link DataPosition#START}, or the {@link #position} of an earlier loader with the same options
     * @throws IllegalArgumentException if the dataset can't fill a batch or {@code start} is behind its end
     */
    public static DataLoader open(
            Dataset dataset, DataCollator collator, DataLoaderOptions options, DataPosition start) {
        BatchStream stream = new BatchStream(dataset, collator, options, start);
        DataLoader loader = new DataLoader(stream, options.prefetchBatches());
        loader.thread.start();
        return loader;
    }

    /**
     * Whether there is another batch, for which it waits. What goes wrong in making one is thrown here and in {@link #next}, in
     * its place behind the batches before it.
     *
     * @throws CancellationException if the calling thread is interrupted
     */
    @Override
    public boolean hasNext() {
        if (closed) {
            throw new IllegalStateException("the data loader is closed");
        }
        if (ahead == null) {
            try {
                ahead = queue.take();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new CancellationException("waiting for the next batch was interrupted");
            }
        }
        if (ahead.failure() instanceof RuntimeException failure) {
            throw failure;
        }
        if (ahead.failure() instanceof Error failure) {
            throw failure;
        }
        return ahead.batch() != null;
    }

    @Override
    public Batch next() {
        if (!hasNext()) {
            throw new NoSuchElementException("the last epoch is over");
        }
        Delivery delivery = requireNonNull(ahead);
        ahead = null;
        position = delivery.position();
        return requireNonNull(delivery.batch());
    }

    /** Behind the last batch that {@link #next} returned. */
    public DataPosition position() {
        return position;
    }

    /** Ends the thread; batches made ahead are lost, which doesn't matter to {@link #position}. */
    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true; // the thread ends after the batch in hand: wait for it all the same
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void prefetch(BatchStream stream) {
        try {
            Delivery delivery;
            do {
                delivery = make(stream);
                queue.put(delivery);
            } while (delivery.batch() != null);
        } catch (InterruptedException e) {
            // closed
        }
    }

    private static Delivery make(BatchStream stream) {
        try {
            Batch batch = stream.next();
            return new Delivery(batch, stream.position(), null);
        } catch (RuntimeException | Error e) {
            return new Delivery(null, stream.position(), e);
        }
    }
}
