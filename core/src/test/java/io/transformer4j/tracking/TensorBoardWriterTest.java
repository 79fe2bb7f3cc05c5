package io.transformer4j.tracking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.transformer4j.tracking.EventFile.Message;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TensorBoardWriterTest {

    private static final int WALL_TIME = 1;
    private static final int STEP = 2;
    private static final int FILE_VERSION = 3;
    private static final int SUMMARY = 5;
    private static final int SESSION_LOG = 7;

    @TempDir
    Path folder;

    private Instant now = Instant.parse("2030-01-02T03:04:05.250Z");

    /** The check value that the catalogue of checksums gives for CRC-32C. */
    @Test
    void theReadersChecksumIsRight() {
        assertThat(EventFile.crc32c("123456789".getBytes(StandardCharsets.US_ASCII)))
                .isEqualTo(0xE3069283);
    }

    @Test
    void aFileStartsWithItsVersionAndIsNamedByTimeAndHost() throws IOException {
        try (TensorBoardWriter board = TensorBoardWriter.open(folder.resolve("logs"), () -> now)) {
            assertThat(board.file().getFileName().toString())
                    .matches("events\\.out\\.tfevents\\." + now.getEpochSecond() + "\\.[a-z0-9.-]+\\.[0-9]+\\.[0-9]+");
        }

        Message first = only(folder.resolve("logs")).get(0);
        assertThat(first.string(FILE_VERSION)).isEqualTo("brain.Event:2");
        assertThat(first.get(WALL_TIME)).isEqualTo(now.toEpochMilli() / 1000.0);
    }

    @Test
    void scalarsKeepTagStepAndValue() throws IOException {
        try (TensorBoardWriter board = TensorBoardWriter.open(folder, () -> now)) {
            board.scalar("train/loss", 300, 2.5);
            board.scalar("größe", 1L << 40, Double.NaN);
        }

        List<Message> events = only(folder);
        assertThat(events).hasSize(3);
        assertThat(events.get(1).get(STEP)).isEqualTo(300L);
        assertThat(value(events.get(1)).string(1)).isEqualTo("train/loss");
        assertThat(value(events.get(1)).get(2)).isEqualTo(2.5f);
        assertThat(events.get(2).get(STEP)).isEqualTo(1L << 40);
        assertThat(value(events.get(2)).string(1)).isEqualTo("größe");
        assertThat((float) value(events.get(2)).get(2)).isNaN();
    }

    @Test
    void aTextIsAStringTensorForTheTextPlugin() throws IOException {
        try (TensorBoardWriter board = TensorBoardWriter.open(folder)) {
            board.text("samples", 7, "**fünf** words");
        }

        Message value = value(only(folder).get(1));
        assertThat(value.message(9).message(1).string(1)).isEqualTo("text");
        assertThat(value.message(8).get(1)).as("DT_STRING").isEqualTo(7L);
        assertThat(value.message(8).message(2).message(2).get(1))
                .as("one element")
                .isEqualTo(1L);
        assertThat(value.message(8).string(8)).isEqualTo("**fünf** words");
    }

    @Test
    void anImageIsAPng() throws IOException {
        try (TensorBoardWriter board = TensorBoardWriter.open(folder)) {
            board.image("attention", 7, new BufferedImage(5, 3, BufferedImage.TYPE_INT_RGB));
        }

        Message image = value(only(folder).get(1)).message(4);
        assertThat(List.of(image.get(1), image.get(2), image.get(3))).containsExactly(3L, 5L, 3L);
        BufferedImage png = ImageIO.read(new ByteArrayInputStream((byte[]) image.get(4)));
        assertThat(png.getWidth()).isEqualTo(5);
    }

    @Test
    void aHistogramLeavesOutWhatIsNotFinite() throws IOException {
        try (TensorBoardWriter board = TensorBoardWriter.open(folder)) {
            board.histogram("weights", 1, new float[] {-1, 0, 0.5f, 3, Float.NaN, Float.NEGATIVE_INFINITY});
            board.histogram("constant", 1, new float[] {2, 2});
            board.histogram("nothing", 1, new float[] {Float.NaN});
        }

        Message weights = value(only(folder).get(1)).message(5);
        assertThat(List.of(weights.get(1), weights.get(2), weights.get(3), weights.get(4), weights.get(5)))
                .containsExactly(-1.0, 3.0, 4.0, 2.5, 10.25);
        assertThat(value(only(folder).get(2)).message(5).doubles(7)).containsExactly(2);
        assertThat(value(only(folder).get(3)).message(5).get(3)).isEqualTo(0.0);
    }

    @Property
    void everyValueIsInTheBinThatHoldsIt(@ForAll float[] values) {
        Histogram histogram = Histogram.of(values);
        double[] limits = histogram.upperLimits();
        double[] counts = histogram.counts();

        assertThat(Arrays.stream(counts).sum()).isEqualTo(histogram.count());
        assertThat(limits).isSorted().hasSameSizeAs(counts);
        if (histogram.count() > 0) {
            assertThat(limits[limits.length - 1]).isEqualTo(histogram.max());
            double tolerance = 1e-9 * Math.max(1, Math.max(Math.abs(histogram.min()), Math.abs(histogram.max())));
            double below = 0;
            for (int bin = 0; bin < limits.length; bin++) {
                below += counts[bin];
                double limit = limits[bin];
                long surely = count(values, limit - tolerance);
                long perhaps = count(values, limit + tolerance);
                assertThat(below).isBetween((double) surely, (double) perhaps);
            }
        }
    }

    @Test
    void eventsReachTheFileTenSecondsAfterTheLastFlush() throws IOException {
        try (TensorBoardWriter board = TensorBoardWriter.open(folder, () -> now)) {
            board.scalar("loss", 1, 1);
            now = now.plusSeconds(9);
            board.scalar("loss", 2, 1);
            assertThat(only(folder)).hasSize(1);
            now = now.plusSeconds(1);
            board.scalar("loss", 3, 1);
            assertThat(only(folder)).hasSize(4);
            board.scalar("loss", 4, 1);
            board.flush();
            assertThat(only(folder)).hasSize(5);
        }
    }

    @Test
    void aResumedRunHasAFileOfItsOwnThatTellsWhereItStarts() throws IOException {
        Path first;
        Path second;
        try (TensorBoardWriter board = TensorBoardWriter.open(folder)) {
            first = board.file();
        }
        try (TensorBoardWriter board = TensorBoardWriter.resume(folder, 41)) {
            second = board.file();
        }

        assertThat(second).isNotEqualTo(first);
        assertThat(second.toString()).isGreaterThan(first.toString());
        Message start = EventFile.read(second).get(1);
        assertThat(start.get(STEP)).isEqualTo(41L);
        assertThat(start.message(SESSION_LOG).get(1)).isEqualTo(1L);
    }

    @Test
    void wallTimeIsInSeconds() throws IOException {
        try (TensorBoardWriter board = TensorBoardWriter.open(folder)) {
            board.scalar("loss", 1, 1);
        }
        assertThat((double) only(folder).get(1).get(WALL_TIME))
                .isCloseTo((double) Instant.now().getEpochSecond(), within(3600.0));
    }

    private static long count(float[] values, double limit) {
        long count = 0;
        for (float value : values) {
            if (Float.isFinite(value) && value <= limit) {
                count++;
            }
        }
        return count;
    }

    private static Message value(Message event) {
        return event.message(SUMMARY).message(1);
    }

    private static List<Message> only(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return EventFile.read(files.reduce((a, b) -> {
                        throw new AssertionError("more than one file");
                    })
                    .orElseThrow());
        }
    }
}
