package io.transformer4j.training;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a second training out of a run's folder, where each would delete and resume from the other's checkpoints. The system
 * releases it with the process, however that ends; its empty file stays, since deleting it could hide a lock just taken.
 */
final class RunFolderLock implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RunFolderLock.class);
    private static final String NAME = ".training.lock";

    // A process's locks don't exclude each other, and closing any channel to a file gives up all of them (POSIX).
    private static final Set<Path> HELD_HERE = ConcurrentHashMap.newKeySet();

    private final Path folder;
    private final FileChannel channel;

    private RunFolderLock(Path folder, FileChannel channel) {
        this.folder = folder;
        this.channel = channel;
    }

    /**
     * Locks a folder, which is made if it isn't there.
     *
     * @throws TrainingException if another training has it, in this process or another
     */
    static RunFolderLock acquire(Path folder) {
        FileChannel channel = null;
        try {
            Path real = Files.createDirectories(folder).toRealPath();
            if (HELD_HERE.add(real)) {
                try {
                    channel = lock(real.resolve(NAME));
                } finally {
                    if (channel == null) {
                        HELD_HERE.remove(real);
                    }
                }
            }
            if (channel == null) {
                throw new TrainingException("another training is writing to " + folder
                        + ": wait for its end, or choose another output folder");
            }
            return new RunFolderLock(real, channel);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A channel whose file is locked; null if another process has the lock. */
    private static @Nullable FileChannel lock(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (channel.tryLock() != null) {
                return channel;
            }
        } catch (IOException e) { // a file system without locks is no reason not to train
            LOG.warn("a second training in this folder would not be noticed: {}", e.getMessage());
            return channel;
        }
        channel.close();
        return null;
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            HELD_HERE.remove(folder);
        }
    }
}
