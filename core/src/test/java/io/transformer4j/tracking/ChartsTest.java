package io.transformer4j.tracking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.transformer4j.tracking.Charts.Axes;
import io.transformer4j.tracking.Charts.Bar;
import io.transformer4j.tracking.Charts.Layer;
import io.transformer4j.tracking.Charts.Series;
import io.transformer4j.tracking.Charts.Style;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

/** The pictures stay under {@code target/charts} to be looked at. */
class ChartsTest {

    private static final long SEED = 7;
    private static final Color FIRST = new Color(0x00, 0x72, 0xB2);
    private static final Color SECOND = new Color(0xD5, 0x5E, 0x00);

    private final Path folder = Path.of("target", "charts");

    @Test
    void lossShowsRawSmoothedAndValidation() throws IOException {
        Random random = new Random(SEED);
        double[] steps = IntStream.rangeClosed(1, 2000).asDoubleStream().toArray();
        double[] loss = IntStream.rangeClosed(1, 2000)
                .mapToDouble(step -> 2 + 6 / (1 + step / 150.0) + 0.25 * random.nextGaussian())
                .toArray();
        loss[500] = Double.NaN;
        double[] checks = {200, 600, 1000, 1400, 1800};
        double[] validation = {4.7, 3.3, 2.85, 2.7, 2.6};
        Path file = folder.resolve("loss.png");

        Charts.loss(
                file,
                "BERT demo: masked language modelling",
                "optimizer steps",
                Series.of("train", steps, loss),
                Series.of("validation", checks, validation));

        BufferedImage image = ImageIO.read(file.toFile());
        assertThat(image.getWidth()).isEqualTo(1200);
        assertThat(pixels(image, FIRST)).isGreaterThan(1000);
        assertThat(pixels(image, SECOND)).isGreaterThan(500);
        assertThat(pixels(image, Color.WHITE)).isGreaterThan(1200 * 720 / 2);
    }

    @Test
    void linesMayHaveLogarithmicAxes() throws IOException {
        double[] parameters = {1e5, 3e5, 1e6, 3e6, 1e7};
        Path file = folder.resolve("scaling.png");

        Charts.lines(
                file,
                new Axes("Loss by model size", "parameters", "loss (nats per token)", true, true),
                List.of(
                        Series.of("1 M tokens", parameters, new double[] {4.1, 3.6, 3.4, 3.35, 3.4}),
                        Series.of("10 M tokens", parameters, new double[] {3.9, 3.3, 2.9, 2.6, 2.5})));

        assertThat(pixels(ImageIO.read(file.toFile()), SECOND)).isGreaterThan(500);
    }

    @Test
    void layersOfEveryStyleShareAPicture() throws IOException {
        double[] x = {1e18, 1e19, 1e20};
        Path file = folder.resolve("layers.png");

        Charts.layers(
                file,
                new Axes("Layers", "compute", "parameters", true, true),
                List.of(
                        new Layer(Series.of("3.1", x, new double[] {1e6, 3e6, 2e7}), Style.CONTOUR),
                        new Layer(Series.of("3.1", x, new double[] {2e6, 6e6, 4e7}), Style.CONTOUR),
                        new Layer(Series.of("", x, new double[] {4e6, 4e6, 4e6}), Style.HAIRLINE),
                        new Layer(Series.of("trend", x, new double[] {5e6, 5e7, 5e8}), Style.DASHED),
                        new Layer(Series.of("none", new double[0], new double[0]), Style.LINE),
                        new Layer(Series.of("runs", x, new double[] {8e6, 3e7, 9e8}), Style.POINTS)));

        BufferedImage image = ImageIO.read(file.toFile());
        assertThat(pixels(image, FIRST)).as("dashes").isGreaterThan(300);
        assertThat(pixels(image, SECOND)).as("points").isBetween(100L, 1000L);
    }

    @Test
    void barsCarryTheirValues() throws IOException {
        Path file = folder.resolve("bars.png");

        Charts.bars(
                file,
                "Training speed",
                "tokens/s",
                List.of(new Bar("eager", 10_500), new Bar("compiled", 12_250), new Bar("Transformer4j", 14_030)));

        assertThat(pixels(ImageIO.read(file.toFile()), FIRST)).isGreaterThan(10_000);
    }

    @Test
    void heatMapsAreDarkWhereValuesAreHigh() throws IOException {
        Path file = folder.resolve("heat-map.png");
        List<String> words = List.of("the", "dog", "sees", "the", "cat"); // one of them twice
        List<List<Double>> identity = IntStream.range(0, 5)
                .mapToObj(row -> IntStream.range(0, 5)
                        .mapToObj(column -> row == column ? 1.0 : 0.0)
                        .toList())
                .toList();

        Charts.heatMap(file, "", words, words, identity);

        BufferedImage image = ImageIO.read(file.toFile());
        assertThat(shareOf(image, FIRST)).isBetween(0.02, 0.2);
        assertThatThrownBy(() -> Charts.heatMap(file, "", words, words.subList(0, 4), identity))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("there must be as many rows and columns of values");
    }

    private static double shareOf(BufferedImage image, Color color) {
        long count = IntStream.range(0, image.getWidth() * image.getHeight())
                .filter(i -> image.getRGB(i % image.getWidth(), i / image.getWidth()) == color.getRGB())
                .count();
        return (double) count / image.getWidth() / image.getHeight();
    }

    @Test
    void memoryStartsAtZero() throws IOException {
        MemoryProbe probe = new MemoryProbe();
        List<MemoryProbe.Sample> samples = IntStream.range(0, 60)
                .mapToObj(i -> new MemoryProbe.Sample(
                        i * 2.0, i, i == 9 ? -1 : (900L << 20) + i * 1000L, (80L + i % 7 * 9L) << 20))
                .toList();
        Path file = folder.resolve("memory.png");

        Charts.memory(file, "Memory over 10,000 steps", samples);

        assertThat(pixels(ImageIO.read(file.toFile()), FIRST)).isGreaterThan(500);
        Charts.memory(folder.resolve("one.png"), "One sample", List.of(probe.sample(0)));
    }

    @Test
    void smoothingDoesNotLagAndSkipsGaps() {
        List<Double> falling =
                IntStream.range(0, 4000).mapToObj(i -> 10 - i / 500.0).toList();
        List<Double> smooth = Charts.smoothed(falling);
        for (int i = 0; i < falling.size(); i++) {
            assertThat(smooth.get(i)).isCloseTo(falling.get(i), within(1e-9));
        }
        List<Double> jump =
                IntStream.range(0, 800).mapToObj(i -> i < 400 ? 0.0 : 1.0).toList();
        assertThat(Charts.smoothed(jump).get(399)).as("10 of 21 values").isCloseTo(10.0 / 21, within(1e-9));
        assertThat(Charts.smoothed(List.of(1.0, 2.0, 3.0)))
                .as("too few to smooth")
                .containsExactly(1.0, 2.0, 3.0);
        List<Double> gap = IntStream.range(0, 800)
                .mapToObj(i -> i == 400 ? Double.NaN : 5.0)
                .toList();
        assertThat(Charts.smoothed(gap)).containsOnly(5.0);
    }

    @Test
    void tickLabelsAreShort() {
        assertThat(IntStream.of(0, 1500, 250_000, 10_000_000, 2_000_000_000).mapToObj(Charts::tickLabel))
                .containsExactly("0", "1,500", "250,000", "10 M", "2 G");
        assertThat(Charts.tickLabel(1.4e12)).isEqualTo("1.4 T");
        assertThat(Charts.tickLabel(1e21)).isEqualTo("1E21");
        assertThat(Charts.tickLabel(0.25)).isEqualTo("0.25");
        assertThat(Charts.tickLabel(3e-5)).isEqualTo("3E-5");
    }

    @Test
    void logarithmicAxesLabelRoundNumbersOnly() {
        assertThat(DoubleStream.of(1e5, 2e5, 5e11, 0.05).mapToObj(Charts::roundTickLabel))
                .containsExactly("100,000", "200,000", "500 G", "0.05");
        assertThat(DoubleStream.of(3e5, 7e-3, 9e11).mapToObj(Charts::roundTickLabel))
                .containsOnly(" ");
    }

    @Test
    void whatCannotBeDrawnIsRefusedAndNothingWritten() {
        Path file = folder.resolve("none.png");
        Axes log = new Axes("t", "x", "y", true, false);

        assertThatThrownBy(() -> Charts.lines(file, log, List.of())).hasMessage("the chart 't' has no values to show");
        assertThatThrownBy(() ->
                        Charts.lines(file, log, List.of(Series.of("s", new double[] {0, 1}, new double[] {1, 1}))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("series 's' has the point (0.0, 1.0)");
        assertThatThrownBy(() -> Series.of("s", new double[2], new double[3]))
                .hasMessageContaining("2 x values, but 3 y values");
        assertThat(Files.exists(file)).isFalse();
    }

    private static long pixels(BufferedImage image, Color color) {
        int[] rgb = image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
        return IntStream.of(rgb).filter(pixel -> pixel == color.getRGB()).count();
    }
}
