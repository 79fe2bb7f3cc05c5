package io.transformer4j.cli;

import io.transformer4j.data.TextLines;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Lines that a thread of its own reads ahead: as many at a time as are there, so that a file is worked on in large batches and
 * a terminal line by line. Not thread-safe.
 */
final class LineFeed implements AutoCloseable {
    private static final int MOST = 1024;

    /** A line, or the end: of the text if {@code failure} is null. */
    private record Item(@Nullable String line, @Nullable RuntimeException failure) {}

    private final BlockingQueue<Item> queue = new ArrayBlockingQueue<>(2 * MOST);
    private final Thread reader;
    private @Nullable Item end;

    /** Starts reading; the lines are closed at their end. */
    LineFeed(TextLines lines) {
        reader = new Thread(() -> read(lines), "line-reader");
        reader.setDaemon(true); // it may wait for a terminal for ever
        reader.start();
    }

    private void read(TextLines lines) {
        try (lines) {
            RuntimeException failure = null;
            try {
                for (String line = lines.next(); line != null; line = lines.next()) {
                    queue.put(new Item(line, null));
                }
            } catch (RuntimeException e) {
                failure = e;
            }
            queue.put(new Item(null, failure));
        } catch (InterruptedException e) {
            // closed
        }
    }

    /**
     * The lines that are there, at least one; empty at the end. What stood before unreadable text comes before its
     * exception.
     */
    List<String> next() throws InterruptedIOException {
        List<Item> items = new ArrayList<>();
        if (end == null) {
            items.add(take());
            queue.drainTo(items, MOST - 1);
        }
        List<String> lines = new ArrayList<>(items.size());
        for (Item item : items) {
            if (item.line() == null) {
                end = item;
            } else {
                lines.add(item.line());
            }
        }
        if (lines.isEmpty() && end != null && end.failure() != null) {
            throw end.failure();
        }
        return lines;
    }

    private Item take() throws InterruptedIOException {
        try {
            return queue.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException();
        }
    }

    @Override
    public void close() {
        reader.interrupt();
    }
}
