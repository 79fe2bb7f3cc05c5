package io.transformer4j.data;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.util.zip.CRC32C;

/**
 * A file mapped for reading in pieces of equal size, since one mapping ends at 2 GiB. Little-endian. Values are aligned to
 * their size, so that none lies across two pieces. Thread-safe; the mappings go with the object, when it is collected.
 */
final class MappedFile {
    /** Bytes of a mapping, a power of two. */
    static final int PIECE_BYTES = 1 << 30;

    private final ByteBuffer[] pieces;
    private final int shift;
    private final int mask;

    MappedFile(FileChannel channel, int pieceBytes) throws IOException {
        shift = Integer.numberOfTrailingZeros(pieceBytes);
        mask = pieceBytes - 1;
        long size = channel.size();
        pieces = new ByteBuffer[Math.toIntExact((size + mask) >>> shift)];
        for (int i = 0; i < pieces.length; i++) {
            long start = (long) i << shift;
            MappedByteBuffer piece =
                    channel.map(FileChannel.MapMode.READ_ONLY, start, Math.min(pieceBytes, size - start));
            pieces[i] = piece.order(ByteOrder.LITTLE_ENDIAN);
        }
    }

    long getLong(long position) {
        return piece(position).getLong((int) position & mask);
    }

    int getInt(long position) {
        return piece(position).getInt((int) position & mask);
    }

    int getUnsignedShort(long position) {
        return Short.toUnsignedInt(piece(position).getShort((int) position & mask));
    }

    /** CRC-32C of the bytes in {@code [from, to)}. */
    int checksum(long from, long to) {
        CRC32C crc = new CRC32C();
        for (long position = from; position < to; ) {
            long end = Math.min(to, (position | mask) + 1);
            ByteBuffer piece = piece(position).duplicate();
            crc.update(piece.position((int) position & mask).limit((int) ((end - 1) & mask) + 1));
            position = end;
        }
        return (int) crc.getValue();
    }

    private ByteBuffer piece(long position) {
        return pieces[(int) (position >>> shift)];
    }
}
