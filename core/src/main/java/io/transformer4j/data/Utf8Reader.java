package io.transformer4j.data;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.zip.ZipException;

/**
 * Decodes UTF-8 strictly: malformed bytes are an error that names their position, not a replacement character in the
 * training data. A byte order mark at the start is dropped. Refuses what isn't text at all. Not thread-safe.
 */
final class Utf8Reader implements AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 16;
    /** Bytes of the longest byte order mark: as many the first look needs, and waits for no more. */
    private static final int LONGEST_MARK = 3;

    private final String name;
    private final InputStream in;
    private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder(); // reports malformed input by default
    private final ByteBuffer bytes = ByteBuffer.allocate(BUFFER_BYTES).flip();
    private long bytesBefore; // bytes of the stream that have left the buffer
    private boolean started;
    private boolean endOfInput;

    Utf8Reader(String name, InputStream in) {
        this.name = name;
        this.in = in;
    }

    /**
     * Fills {@code target} with at least one character.
     *
     * @return the number of characters, or -1 at the end
     * @throws DataException if the bytes aren't UTF-8 text or can't be read
     */
    int read(char[] target) {
        CharBuffer chars = CharBuffer.wrap(target);
        while (chars.position() == 0) {
            if (endOfInput && !bytes.hasRemaining()) {
                return -1;
            }
            if (!endOfInput) {
                refill();
            }
            CoderResult result = decoder.decode(bytes, chars, endOfInput);
            if (result.isError()) {
                throw malformed();
            }
        }
        return chars.position();
    }

    private void refill() {
        bytesBefore += bytes.position();
        bytes.compact();
        try {
            do {
                int count = in.read(bytes.array(), bytes.position(), bytes.remaining());
                endOfInput = count < 0;
                bytes.position(bytes.position() + Math.max(count, 0));
            } while (!endOfInput && !started && bytes.position() < LONGEST_MARK);
        } catch (EOFException e) {
            throw new DataException(name + ": the gzip data is truncated", e);
        } catch (ZipException e) {
            throw new DataException(name + ": the gzip data is damaged (" + e.getMessage() + ")", e);
        } catch (IOException e) {
            throw new DataException(name + ": cannot be read (" + e.getMessage() + ")", e);
        }
        bytes.flip();
        if (!started) {
            started = true;
            inspectStart();
        }
        refuseNul();
    }

    private void inspectStart() {
        if (startsWith(0xFF, 0xFE) || startsWith(0xFE, 0xFF)) {
            throw new DataException(name + ": is UTF-16 text; convert it to UTF-8");
        }
        if (startsWith(0xEF, 0xBB, 0xBF)) {
            bytes.position(3);
        }
    }

    private boolean startsWith(int... prefix) {
        if (bytes.remaining() < prefix.length) {
            return false;
        }
        for (int i = 0; i < prefix.length; i++) {
            if ((bytes.get(bytes.position() + i) & 0xFF) != prefix[i]) {
                return false;
            }
        }
        return true;
    }

    private void refuseNul() {
        for (int i = bytes.position(); i < bytes.limit(); i++) {
            if (bytes.get(i) == 0) {
                throw new DataException(name + ": is a binary file (NUL at byte " + (bytesBefore + i)
                        + "), but a corpus must be UTF-8 text");
            }
        }
    }

    private DataException malformed() {
        return new DataException(String.format(
                Locale.ROOT,
                "%s: byte %d (0x%02X) is not valid UTF-8; convert the file to UTF-8 or leave it out",
                name,
                bytesBefore + bytes.position(),
                bytes.get(bytes.position())));
    }

    @Override
    public void close() {
        try {
            in.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
