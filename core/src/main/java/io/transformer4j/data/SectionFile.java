package io.transformer4j.data;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/** A temporary file of little-endian numbers, with their checksum; gone when closed unless it was renamed. */
final class SectionFile implements AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 18;

    private final Path path;
    private final FileChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final CRC32C checksum = new CRC32C();
    private boolean renamed;

    private SectionFile(Path path, FileChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    /**
     * Starts an empty file, also over one that a killed process has left. The file is locked until it is closed or the
     * process ends.
     *
     * @throws IOException also if somebody else is writing it
     */
    static SectionFile create(Path path) throws IOException {
        FileChannel channel =
                FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            if (channel.tryLock() == null) {
                throw new OverlappingFileLockException();
            }
            channel.truncate(0);
            return new SectionFile(path, channel);
        } catch (OverlappingFileLockException e) {
            channel.close();
            throw new IOException("it is being written by somebody else already", e);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    void putShort(short value) throws IOException {
        reserve(Short.BYTES).putShort(value);
    }

    void putInt(int value) throws IOException {
        reserve(Integer.BYTES).putInt(value);
    }

    void putLong(long value) throws IOException {
        reserve(Long.BYTES).putLong(value);
    }

    /** Leaves {@code count} zero bytes, which the checksum doesn't count. */
    void skip(int count) throws IOException {
        flush();
        write(ByteBuffer.allocate(count));
    }

    /** CRC-32C of all numbers put so far. */
    int checksum() throws IOException {
        flush();
        return (int) checksum.getValue();
    }

    /** Appends the content of another file, which the checksum doesn't count. */
    void append(SectionFile other) throws IOException {
        flush();
        other.flush();
        long size = other.channel.size();
        for (long position = 0; position < size; ) {
            position += other.channel.transferTo(position, size - position, channel);
        }
    }

    /** Overwrites the start, waits until everything is on the disk, and renames the file over {@code target}. */
    void finish(ByteBuffer start, Path target) throws IOException {
        flush();
        channel.position(0);
        write(start);
        channel.force(true);
        channel.close();
        Files.move(path, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        renamed = true;
        forceFolder(target);
    }

    @Override
    public void close() {
        try {
            channel.close();
            if (!renamed) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new DataException(path + ": the temporary file cannot be deleted (" + e.getMessage() + ")", e);
        }
    }

    private ByteBuffer reserve(int bytes) throws IOException {
        if (buffer.remaining() < bytes) {
            flush();
        }
        return buffer;
    }

    private void flush() throws IOException {
        buffer.flip();
        checksum.update(buffer.duplicate());
        write(buffer);
        buffer.clear();
    }

    private void write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** A rename is durable when its directory is; Windows neither needs nor allows this. */
    private static void forceFolder(Path file) {
        try (FileChannel folder = FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
            folder.force(true);
        } catch (IOException e) {
            // nothing is lost but the promise that the file is there after a power failure
        }
    }
}
