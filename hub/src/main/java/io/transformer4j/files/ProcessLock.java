package io.transformer4j.files;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * One piece of work at a time among all processes and threads that lock the same file. The operating system releases the
 * lock of a process that dies; the file itself stays.
 *
 * <pre>{@code
 * try (ProcessLock lock = ProcessLock.acquire(folder.resolve("import.lock"))) {
 *     // alone
 * }
 * }</pre>
 */
public final class ProcessLock implements AutoCloseable {
    private static final long POLL_MILLIS = 50;

    private final FileChannel channel;

    private ProcessLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Waits until the lock is free and takes it, creating {@code file} and its folders if need be.
     *
     * @throws InterruptedIOException if the thread is interrupted while it waits
     * @throws IOException if the file can't be locked
     */
    public static ProcessLock acquire(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            while (tryLock(channel) == null) {
                Thread.sleep(POLL_MILLIS);
            }
            return new ProcessLock(channel);
        } catch (InterruptedException e) {
            channel.close();
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for " + file);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** Null while another process or another thread of this one has the lock. */
    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
