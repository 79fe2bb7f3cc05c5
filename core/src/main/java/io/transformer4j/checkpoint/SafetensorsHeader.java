package io.transformer4j.checkpoint;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The header of a safetensors file: eight bytes with its length, then JSON that gives every tensor's type, shape and place. All
 * rules of the format are checked (huggingface/safetensors README, "Format"), so that whoever holds a header can
 * read each tensor without looking again: the places lie within the file, side by side, and fit type and shape.
 *
 * @param tensors by name, in the header's order
 * @param metadata free text, such as {@code format = pt}; empty if the header has none
 * @param dataBegin position in the file of the first tensor's values
 */
public record SafetensorsHeader(Map<String, TensorInfo> tensors, Map<String, String> metadata, long dataBegin) {
    /** Longest JSON text that the format allows. */
    public static final int MAX_JSON_BYTES = 100_000_000;

    static final int LENGTH_BYTES = Long.BYTES;
    private static final int MIN_JSON_BYTES = 2;

    public SafetensorsHeader {
        tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
        metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    }

    /**
     * Reads the header of {@code file} and nothing else, without libtorch.
     *
     * @throws CheckpointException if the file can't be read or breaks a rule of the format
     */
    public static SafetensorsHeader read(Path file) {
        try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
            long fileBytes = in.length();
            byte[] length = new byte[LENGTH_BYTES];
            checkHasLength(file, fileBytes);
            in.readFully(length);
            int jsonBytes = jsonBytes(file, ByteBuffer.wrap(length), fileBytes);
            byte[] json = new byte[jsonBytes];
            in.readFully(json);
            return parse(file, ByteBuffer.wrap(json), fileBytes);
        } catch (IOException e) {
            throw new CheckpointException(file, "could not be read (" + AtomicFiles.reason(e) + ")", e);
        }
    }

    /** Checks that a file of {@code fileBytes} has the eight bytes that hold the header's length. */
    static void checkHasLength(Path file, long fileBytes) {
        if (fileBytes < LENGTH_BYTES + MIN_JSON_BYTES) {
            throw new CheckpointException(
                    file, "is not a safetensors file: it has only " + fileBytes + " bytes, too few for a header");
        }
    }

    /**
     * Reads the length of the JSON text.
     *
     * @param start at least the first eight bytes of the file
     */
    static int jsonBytes(Path file, ByteBuffer start, long fileBytes) {
        long length = start.order(ByteOrder.LITTLE_ENDIAN).getLong(0);
        if (length < MIN_JSON_BYTES || length > MAX_JSON_BYTES) {
            throw new CheckpointException(
                    file,
                    "is not a safetensors file: its header would have " + Long.toUnsignedString(length)
                            + " bytes, but must have 2 to " + MAX_JSON_BYTES);
        }
        if (length > fileBytes - LENGTH_BYTES) {
            throw new CheckpointException(
                    file,
                    "is cut short: its header has " + length + " bytes, but only " + (fileBytes - LENGTH_BYTES)
                            + " follow its length");
        }
        return (int) length;
    }

    /**
     * Parses and checks the JSON text.
     *
     * @param json the text in UTF-8, from position to limit
     * @param fileBytes length of the whole file
     */
    static SafetensorsHeader parse(Path file, ByteBuffer json, long fileBytes) {
        long jsonBytes = json.remaining();
        long dataBegin = LENGTH_BYTES + jsonBytes;
        SafetensorsHeader header = new SafetensorsHeaderParser(file).parse(json, dataBegin);
        header.checkPlaces(file, fileBytes - dataBegin);
        return header;
    }

    /** No holes, no overlaps, and the last byte is the file's: nothing can hide between tensors or behind them. */
    private void checkPlaces(Path file, long dataBytes) {
        List<TensorInfo> byPlace = new ArrayList<>(tensors.values());
        byPlace.sort(Comparator.comparingLong(TensorInfo::begin).thenComparingLong(TensorInfo::end));
        long expected = 0;
        for (TensorInfo tensor : byPlace) {
            if (tensor.end() > dataBytes) {
                throw new CheckpointException(
                        file,
                        "tensor " + Quoted.text(tensor.name()) + " ends at byte " + tensor.end()
                                + " of the data, but the file holds only " + dataBytes
                                + ": it is cut short or damaged");
            }
            if (tensor.begin() != expected) {
                throw new CheckpointException(
                        file,
                        "tensor " + Quoted.text(tensor.name()) + " begins at byte " + tensor.begin()
                                + " of the data, but the one before it ends at " + expected);
            }
            expected = tensor.end();
        }
        if (expected != dataBytes) {
            throw new CheckpointException(
                    file,
                    "its tensors end at byte " + expected + " of the data, but the file holds " + dataBytes
                            + " bytes of data");
        }
    }
}
