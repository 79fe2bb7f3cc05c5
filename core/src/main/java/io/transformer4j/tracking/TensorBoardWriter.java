package io.transformer4j.tracking;

import java.awt.image.BufferedImage;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32C;
import javax.imageio.ImageIO;

/**
 * Writes TensorBoard event files: TFRecords of {@code tensorflow.Event} messages (see TensorFlow's {@code event.proto}, {@code
 * summary.proto} and {@code record_writer.h}).
 *
 * <p>Each writer makes a file of its own, {@code events.out.tfevents.<seconds>.<host>.<pid>.<n>}; TensorBoard joins the files of a
 * folder in the order of their names. A resumed run opens a new writer with {@link #resume}, which makes TensorBoard drop what
 * the interrupted run had logged from that step on.
 *
 * <p>Events are buffered and reach the file at the first event that is {@value #FLUSH_SECONDS} seconds or more after the last flush,
 * with {@link #flush} and with {@link #close}; a crash loses at most that much. Thread-safe.
 */
public final class TensorBoardWriter implements AutoCloseable {

    private static final int FLUSH_SECONDS = 10;
    private static final AtomicLong COUNTER = new AtomicLong();

    private final Path file;
    private final OutputStream out;
    private final InstantSource clock;
    private Instant lastFlush;

    private TensorBoardWriter(Path folder, InstantSource clock) throws IOException {
        this.clock = clock;
        this.lastFlush = clock.instant();
        Files.createDirectories(folder);
        file = folder.resolve("events.out.tfevents.%010d.%s.%d.%d"
                .formatted(
                        lastFlush.getEpochSecond(),
                        hostName(),
                        ProcessHandle.current().pid(),
                        COUNTER.getAndIncrement()));
        out = new BufferedOutputStream(
                Files.newOutputStream(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), 1 << 16);
        record(event().string(EventField.FILE_VERSION, "brain.Event:2"));
        flush();
    }

    /** Starts a run's log in {@code folder}, which is created if need be. */
    public static TensorBoardWriter open(Path folder) throws IOException {
        return open(folder, InstantSource.system());
    }

    static TensorBoardWriter open(Path folder, InstantSource clock) throws IOException {
        return new TensorBoardWriter(folder, clock);
    }

    /**
     * Continues a run's log in a new file of {@code folder}.
     *
     * @param nextStep the first step that will be logged; TensorBoard forgets this and all later steps of the older files
     */
    public static TensorBoardWriter resume(Path folder, long nextStep) throws IOException {
        TensorBoardWriter writer = open(folder);
        ProtoMessage start = new ProtoMessage().varint(SessionLogField.STATUS, SessionLogField.START);
        writer.record(writer.event().varint(EventField.STEP, nextStep).message(EventField.SESSION_LOG, start));
        writer.flush();
        return writer;
    }

    /** The event file. */
    public Path file() {
        return file;
    }

    /** Logs a number, e.g. {@code train/loss}; TensorBoard shows one chart per tag, grouped by what is before the slash. */
    public void scalar(String tag, long step, double value) throws IOException {
        value(step, new ProtoMessage().string(ValueField.TAG, tag).fixed32(ValueField.SIMPLE_VALUE, (float) value));
    }

    /** Logs a text in Markdown. */
    public void text(String tag, long step, String markdown) throws IOException {
        ProtoMessage shape = new ProtoMessage().message(2, new ProtoMessage().varint(1, 1));
        ProtoMessage tensor = new ProtoMessage()
                .varint(TensorField.DTYPE, TensorField.DT_STRING)
                .message(TensorField.SHAPE, shape)
                .string(TensorField.STRING_VALUE, markdown);
        ProtoMessage metadata = new ProtoMessage().message(1, new ProtoMessage().string(1, "text"));
        value(
                step,
                new ProtoMessage()
                        .string(ValueField.TAG, tag)
                        .message(ValueField.METADATA, metadata)
                        .message(ValueField.TENSOR, tensor));
    }

    /**
     * Logs a distribution, e.g. the weights or gradients of a layer.
     *
     * @param values counted in bins of equal width; NaN and infinities are left out
     */
    public void histogram(String tag, long step, float[] values) throws IOException {
        Histogram histogram = Histogram.of(values);
        ProtoMessage proto = new ProtoMessage()
                .fixed64(1, histogram.min())
                .fixed64(2, histogram.max())
                .fixed64(3, histogram.count())
                .fixed64(4, histogram.sum())
                .fixed64(5, histogram.sumOfSquares())
                .doubles(6, histogram.upperLimits())
                .doubles(7, histogram.counts());
        value(step, new ProtoMessage().string(ValueField.TAG, tag).message(ValueField.HISTOGRAM, proto));
    }

    /** Logs a picture. */
    public void image(String tag, long step, BufferedImage image) throws IOException {
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(image, "png", png);
        ProtoMessage proto = new ProtoMessage()
                .varint(1, image.getHeight())
                .varint(2, image.getWidth())
                .varint(3, image.getColorModel().getNumComponents())
                .bytes(4, png.toByteArray());
        value(step, new ProtoMessage().string(ValueField.TAG, tag).message(ValueField.IMAGE, proto));
    }

    /** Hands everything logged so far to the operating system. */
    public synchronized void flush() throws IOException {
        out.flush();
        lastFlush = clock.instant();
    }

    @Override
    public synchronized void close() throws IOException {
        out.close();
    }

    private void value(long step, ProtoMessage value) throws IOException {
        ProtoMessage summary = new ProtoMessage().message(1, value);
        record(event().varint(EventField.STEP, step).message(EventField.SUMMARY, summary));
    }

    private ProtoMessage event() {
        return new ProtoMessage().fixed64(EventField.WALL_TIME, clock.millis() / 1000.0);
    }

    /** A TFRecord: length, checksum of the length, data, checksum of the data. */
    private synchronized void record(ProtoMessage event) throws IOException {
        byte[] data = event.toByteArray();
        byte[] length = ProtoMessage.littleEndian(data.length, Long.BYTES);
        out.write(length);
        out.write(maskedChecksum(length));
        out.write(data);
        out.write(maskedChecksum(data));
        if (!clock.instant().isBefore(lastFlush.plus(Duration.ofSeconds(FLUSH_SECONDS)))) {
            flush();
        }
    }

    /** CRC-32C, rotated and shifted as TFRecords have it, so that a checksum of data that holds checksums stays meaningful. */
    private static byte[] maskedChecksum(byte[] data) {
        CRC32C checksum = new CRC32C();
        checksum.update(data);
        int masked = Integer.rotateRight((int) checksum.getValue(), 15) + 0xa282ead8;
        return ProtoMessage.littleEndian(masked, Integer.BYTES);
    }

    private static String hostName() {
        String host;
        try {
            host = InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            host = "localhost";
        }
        return host.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9.-]", "-");
    }

    /** Field numbers of {@code tensorflow.Event}. */
    private static final class EventField {
        static final int WALL_TIME = 1;
        static final int STEP = 2;
        static final int FILE_VERSION = 3;
        static final int SUMMARY = 5;
        static final int SESSION_LOG = 7;
    }

    /** Of {@code tensorflow.SessionLog}. */
    private static final class SessionLogField {
        static final int STATUS = 1;
        static final int START = 1;
    }

    /** Of {@code tensorflow.Summary.Value}. */
    private static final class ValueField {
        static final int TAG = 1;
        static final int SIMPLE_VALUE = 2;
        static final int IMAGE = 4;
        static final int HISTOGRAM = 5;
        static final int TENSOR = 8;
        static final int METADATA = 9;
    }

    /** Of {@code tensorflow.TensorProto}. */
    private static final class TensorField {
        static final int DTYPE = 1;
        static final int SHAPE = 2;
        static final int STRING_VALUE = 8;
        static final int DT_STRING = 7;
    }
}
