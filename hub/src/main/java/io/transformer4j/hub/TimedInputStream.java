package io.transformer4j.hub;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** A stream that fails when no byte comes for a while, which {@link java.net.http.HttpClient} itself waits for without end. */
final class TimedInputStream extends FilterInputStream {
    private static final long NOT_READING = Long.MAX_VALUE;

    private final Duration limit;
    private final ScheduledExecutorService watch;
    private final ScheduledFuture<?> checks;
    private volatile long readingSince = NOT_READING;
    private volatile boolean stalled;

    TimedInputStream(InputStream in, Duration limit) {
        super(in);
        this.limit = limit;
        watch = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "stalled-download");
            thread.setDaemon(true);
            return thread;
        });
        long period = Math.max(1, limit.toMillis() / 4);
        checks = watch.scheduleAtFixedRate(this::check, period, period, TimeUnit.MILLISECONDS);
    }

    private void check() {
        long since = readingSince;
        if (since != NOT_READING && System.nanoTime() - since > limit.toNanos()) {
            stalled = true;
            try {
                in.close(); // ends the read that waits
            } catch (IOException e) {
                throw new UncheckedIOException(e); // the executor keeps it; the reader has its own
            }
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        readingSince = System.nanoTime();
        int count = -1;
        try {
            count = in.read(buffer, offset, length);
        } catch (IOException e) {
            if (!stalled) {
                throw e;
            }
        } finally {
            readingSince = NOT_READING;
        }
        if (stalled) {
            throw new HttpTimeoutException("no byte came for " + limit.toMillis() + " ms");
        }
        return count;
    }

    @Override
    public void close() throws IOException {
        checks.cancel(false);
        watch.shutdownNow();
        in.close();
    }
}
