package io.transformer4j.tracking;

import io.transformer4j.files.AtomicFile;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.ArrayList;
import java.util.Collections;
import java.util.DoubleSummaryStatistics;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.knowm.xchart.AnnotationText;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.HeatMapChart;
import org.knowm.xchart.HeatMapChartBuilder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.internal.chartpart.IChart;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * Draws the charts of a run as PNG files, written atomically.
 *
 * <p>Works without a display. Java needs fonts for it, though: on a bare Linux machine install {@code fontconfig} and a font package.
 *
 * <pre>{@code
 * Charts.loss(folder.resolve("loss.png"), "BERT demo", "steps", train, validation);
 * }</pre>
 */
public final class Charts {

    /**
     * A named line.
     *
     * @param x ascending
     * @param y of the same length; NaN and infinities leave a gap
     */
    public record Series(String name, List<Double> x, List<Double> y) {
        /** Checks that both axes have the same number of values. */
        public Series {
            if (x.size() != y.size()) {
                throw new IllegalArgumentException("series '%s' has %d x values, but %d y values: there must be as many"
                        .formatted(name, x.size(), y.size()));
            }
            x = List.copyOf(x);
            y = List.copyOf(y);
        }

        /** A series from arrays, which are copied. */
        public static Series of(String name, double[] x, double[] y) {
            return new Series(
                    name,
                    DoubleStream.of(x).boxed().toList(),
                    DoubleStream.of(y).boxed().toList());
        }
    }

    /**
     * Titles and scales of a line chart.
     *
     * @param title above the chart
     * @param x what the horizontal axis shows, with its unit
     * @param y what the vertical axis shows, with its unit
     * @param logX whether the horizontal axis is logarithmic
     * @param logY whether the vertical axis is logarithmic
     */
    public record Axes(String title, String x, String y, boolean logX, boolean logY) {
        /** Two linear axes. */
        public static Axes linear(String title, String x, String y) {
            return new Axes(title, x, y, false, false);
        }
    }

    /** How a {@link Layer} is drawn. */
    public enum Style {
        /** A strong line. */
        LINE,
        /** A thin line in pale blue, without an entry in the legend. */
        HAIRLINE,
        /** A hairline with its name at its first point. */
        CONTOUR,
        /** A strong dashed line. */
        DASHED,
        /** Dots that aren't connected. */
        POINTS
    }

    /**
     * A series of {@link #layers}.
     *
     * @param series whose x need not ascend
     */
    public record Layer(Series series, Style style) {}

    /**
     * One colour of {@link #stackedBars}.
     *
     * @param values its height in each bar
     */
    public record Stack(String name, List<Double> values) {}

    /** A bar: its label and its height. */
    public record Bar(String label, double value) {}

    private static final int WIDTH = 1200;
    private static final int HEIGHT = 720;
    private static final int CELL = 44;
    private static final int HEAT_MAP_FRAME = 200;
    /** So many names of classes find room below a chart. */
    private static final int LABELS_SIDE_BY_SIDE = 6;

    private static final Color INK = new Color(0x22, 0x2B, 0x36);
    private static final Color GRID = new Color(0xE3, 0xE7, 0xEC);
    /** Distinguishable also to colour-blind readers (Okabe and Ito 2008), strongest first. */
    private static final Color[] COLORS = {
        new Color(0x00, 0x72, 0xB2),
        new Color(0xD5, 0x5E, 0x00),
        new Color(0x00, 0x9E, 0x73),
        new Color(0xCC, 0x79, 0xA7),
        new Color(0xE6, 0x9F, 0x00),
        new Color(0x56, 0xB4, 0xE9)
    };

    private static final BasicStroke LINE = new BasicStroke(2.6f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND);
    private static final BasicStroke HAIRLINE = new BasicStroke(1f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND);
    private static final BasicStroke DASHES =
            new BasicStroke(2f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1f, new float[] {9, 6}, 0);
    /** Up to so many points, each is marked; more would hide the line. */
    private static final int MARKED_POINTS = 40;
    /** More names than that don't fit below a chart. */
    private static final int MOST_IN_A_ROW = 5;
    /** From this factor between the ends of a logarithmic axis on, powers of ten are enough labels. */
    private static final double DECADES_ALONE = 100;
    /** From this factor on, one of 1, 2 and 5 times a power of ten is always among the values. */
    private static final double ROUND_ALONE = 5;
    /** A tick that is drawn without a number; text layout refuses an empty string. */
    private static final String NO_LABEL = " ";
    /** The smoothing window is this part of a curve. */
    private static final int WINDOWS_PER_CURVE = 40;

    private Charts() {}

    /**
     * Draws lines.
     *
     * @throws IllegalArgumentException if no series has a value, or a logarithmic axis would have to show a number ≤ 0
     * @throws IOException if the file can't be written or the machine has no fonts
     */
    public static void lines(Path file, Axes axes, List<Series> series) throws IOException {
        XYChart chart = xyChart(axes, series);
        for (Series one : series) {
            checkScales(axes, one);
            if (!one.x.isEmpty()) {
                addLine(chart, one, color(chart.getSeriesCollection().size()));
            }
        }
        write(file, axes.title, chart, chart.getSeriesCollection().isEmpty());
    }

    /**
     * Draws lines and points in one picture, the first at the bottom. Hairlines take no colour of their own.
     *
     * @throws IllegalArgumentException if no layer has a value, two in the legend have the same name, or a logarithmic axis would have to show a
     *     number ≤ 0
     * @throws IOException if the file can't be written or the machine has no fonts
     */
    public static void layers(Path file, Axes axes, List<Layer> layers) throws IOException {
        XYChart chart = xyChart(axes, layers.stream().map(layer -> layer.series).toList());
        if (layers.stream()
                        .filter(layer -> layer.style != Style.HAIRLINE && layer.style != Style.CONTOUR)
                        .count()
                > MOST_IN_A_ROW) {
            legendAtTheRight(chart.getStyler());
        }
        int colored = 0;
        for (Layer layer : layers) {
            checkScales(axes, layer.series);
            if (!layer.series.x.isEmpty()) {
                boolean hairline = layer.style == Style.HAIRLINE || layer.style == Style.CONTOUR;
                Color color = hairline ? blend(COLORS[0]) : color(colored);
                colored += hairline ? 0 : 1;
                style(addLine(chart, hairline ? unnamed(chart, layer.series) : layer.series, color), layer.style);
                if (layer.style == Style.CONTOUR) {
                    chart.addAnnotation(
                            new AnnotationText(layer.series.name, layer.series.x.get(0), layer.series.y.get(0), false));
                }
            }
        }
        write(file, axes.title, chart, chart.getSeriesCollection().isEmpty());
    }

    /** XChart wants different names even where it shows none. */
    private static Series unnamed(XYChart chart, Series series) {
        return new Series("hairline " + chart.getSeriesCollection().size(), series.x, series.y);
    }

    private static void style(XYSeries series, Style style) {
        switch (style) {
            case LINE -> series.setMarker(SeriesMarkers.NONE);
            case HAIRLINE, CONTOUR ->
                series.setMarker(SeriesMarkers.NONE).setLineStyle(HAIRLINE).setShowInLegend(false);
            case DASHED -> series.setMarker(SeriesMarkers.NONE).setLineStyle(DASHES);
            case POINTS ->
                series.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Scatter)
                        .setMarker(SeriesMarkers.CIRCLE);
        }
    }

    /**
     * Draws the loss of a training run: the raw training loss as a thin line, smoothed as a strong one, and the validation loss.
     *
     * @param unit what the series' x values count, e.g. {@code steps}, {@code tokens}, {@code seconds}
     * @param train loss in nats per token
     * @param validation as {@code train}; may be empty
     */
    public static void loss(Path file, String title, String unit, Series train, Series validation) throws IOException {
        XYChart chart = xyChart(Axes.linear(title, unit, "loss (nats per token)"));
        chart.getStyler().setXAxisMin(0.0);
        if (!train.x.isEmpty()) {
            XYSeries raw = addLine(chart, new Series(train.name + " (raw)", train.x, train.y), blend(COLORS[0]));
            raw.setLineStyle(HAIRLINE);
            raw.setMarker(SeriesMarkers.NONE);
            XYSeries smooth = addLine(chart, new Series(train.name, train.x, smoothed(train.y)), COLORS[0]);
            smooth.setMarker(SeriesMarkers.NONE);
        }
        if (!validation.x.isEmpty()) {
            addLine(chart, validation, COLORS[1]);
        }
        write(file, title, chart, chart.getSeriesCollection().isEmpty());
    }

    /**
     * Draws the memory of a process over time.
     *
     * @param samples in the order of time; resident memory is left out where it wasn't known
     */
    public static void memory(Path file, String title, List<MemoryProbe.Sample> samples) throws IOException {
        double[] seconds =
                samples.stream().mapToDouble(MemoryProbe.Sample::elapsedSeconds).toArray();
        double[] resident = samples.stream()
                .mapToDouble(sample -> sample.residentBytes() < 0 ? Double.NaN : mebibytes(sample.residentBytes()))
                .toArray();
        double[] heap = samples.stream()
                .mapToDouble(sample -> mebibytes(sample.heapBytes()))
                .toArray();
        XYChart chart = xyChart(Axes.linear(title, "time (seconds)", "memory (MiB)"));
        if (seconds.length > 0) {
            addLine(chart, Series.of("resident (whole process)", seconds, resident), COLORS[0]);
            addLine(chart, Series.of("Java heap in use", seconds, heap), COLORS[2]);
        }
        double top = DoubleStream.concat(DoubleStream.of(resident), DoubleStream.of(heap))
                .filter(Double::isFinite)
                .max()
                .orElse(1);
        chart.getStyler().setXAxisMin(0.0).setYAxisMin(0.0).setYAxisMax(1.1 * top);
        write(file, title, chart, samples.isEmpty());
    }

    /**
     * Draws how often each class was taken for each other one: actual classes downwards, predicted ones to the right.
     *
     * @param labels names of the classes
     * @param counts {@code [actual][predicted]}
     */
    public static void confusion(Path file, String title, List<String> labels, long[][] counts) throws IOException {
        HeatMapChart chart = new HeatMapChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title(title)
                .xAxisTitle("predicted")
                .yAxisTitle("actual")
                .build();
        style(chart.getStyler());
        labelEachCell(chart.getStyler());
        chart.getStyler().setXAxisLabelRotation(labels.size() > LABELS_SIDE_BY_SIDE ? 90 : 0);
        chart.getStyler().setShowValue(true).setValueFont(font(Font.PLAIN, 16)).setHeatMapValueDecimalPattern("#,##0");
        chart.getStyler().setRangeColors(new Color[] {Color.WHITE, COLORS[0]});
        List<Number[]> cells = new ArrayList<>();
        int last = labels.size() - 1;
        for (int actual = 0; actual <= last; actual++) { // rows are drawn from the bottom
            for (int predicted = 0; predicted <= last; predicted++) {
                cells.add(new Number[] {predicted, actual, counts[last - actual][predicted]});
            }
        }
        List<String> upwards = new ArrayList<>(labels);
        Collections.reverse(upwards);
        if (!labels.isEmpty()) {
            chart.addSeries("cases", labels, upwards, cells);
        }
        write(file, title, chart, labels.isEmpty());
    }

    /**
     * Draws bars, each with its value on it.
     *
     * @param unit of the values, e.g. {@code tokens/s}
     * @throws IllegalArgumentException if there is no bar
     */
    public static void bars(Path file, String title, String unit, List<Bar> bars) throws IOException {
        CategoryChart chart = new CategoryChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title(title)
                .yAxisTitle(unit)
                .build();
        style(chart.getStyler());
        chart.getStyler().setAvailableSpaceFill(0.6).setLabelsVisible(true).setLabelsPosition(1.05);
        chart.getStyler().setLabelsFont(font(Font.PLAIN, 16)).setLabelsFontColorAutomaticEnabled(false);
        chart.getStyler()
                .setLabelsFontColor(INK)
                .setPlotGridVerticalLinesVisible(false)
                .setLegendVisible(false);
        if (!bars.isEmpty()) {
            chart.addSeries(
                            unit,
                            bars.stream().map(Bar::label).toList(),
                            bars.stream().map(Bar::value).toList())
                    .setFillColor(COLORS[0]);
        }
        write(file, title, chart, bars.isEmpty());
    }

    /**
     * Draws a matrix of values from 0 to 1, dark where they are high, with the first row on top.
     *
     * @param x labels of the columns
     * @param y labels of the rows
     * @param values {@code [rows][columns]}
     * @throws IllegalArgumentException if there are no values, or not as many as labels
     */
    public static void heatMap(Path file, String title, List<String> x, List<String> y, List<List<Double>> values)
            throws IOException {
        if (values.size() != y.size() || values.stream().anyMatch(row -> row.size() != x.size())) {
            throw new IllegalArgumentException(
                    "the chart '%s' has %d and %d labels: there must be as many rows and columns of values"
                            .formatted(title, y.size(), x.size()));
        }
        if (x.isEmpty() || y.isEmpty()) {
            throw new IllegalArgumentException("the chart '%s' has no values to show".formatted(title));
        }
        HeatMapChart chart = new HeatMapChartBuilder()
                .width(HEAT_MAP_FRAME + CELL * x.size())
                .height(HEAT_MAP_FRAME + CELL * y.size())
                .title(title)
                .build();
        style(chart.getStyler());
        labelEachCell(chart.getStyler());
        chart.getStyler().setXAxisLabelRotation(90).setPlotGridLinesVisible(false);
        chart.getStyler()
                .setMin(0)
                .setMax(1)
                .setRangeColors(new Color[] {Color.WHITE, COLORS[0]})
                .setLegendVisible(false)
                .setPlotContentSize(1);
        List<Number[]> cells = new ArrayList<>();
        for (int row = 0; row < y.size(); row++) {
            for (int column = 0; column < x.size(); column++) {
                // XChart counts rows from below
                cells.add(new Number[] {
                    column, y.size() - 1 - row, values.get(row).get(column)
                });
            }
        }
        chart.addSeries("weights", distinct(x), reversed(distinct(y)), cells);
        write(file, title, chart, false);
    }

    /** XChart leaves labels out where they would be nearer than this. */
    private static void labelEachCell(AxesChartStyler styler) {
        styler.setXAxisTickMarkSpacingHint(1).setYAxisTickMarkSpacingHint(1);
    }

    /** XChart takes equal labels for one: those that repeat get spaces of no width. */
    private static List<String> distinct(List<String> labels) {
        Map<String, Integer> seen = new HashMap<>();
        return labels.stream()
                .map(label -> label + "\u200B".repeat(seen.merge(label, 1, Integer::sum) - 1))
                .toList();
    }

    private static List<String> reversed(List<String> labels) {
        List<String> reversed = new ArrayList<>(labels);
        Collections.reverse(reversed);
        return reversed;
    }

    /**
     * Draws bars made of parts, one upon the other.
     *
     * @param unit of the values, e.g. {@code %}
     * @param bars their labels
     * @param stacks the lowest first, each with a value for each bar
     * @throws IllegalArgumentException if there is no bar
     */
    public static void stackedBars(Path file, String title, String unit, List<String> bars, List<Stack> stacks)
            throws IOException {
        CategoryChart chart = new CategoryChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title(title)
                .yAxisTitle(unit)
                .build();
        style(chart.getStyler());
        legendAtTheRight(chart.getStyler());
        chart.getStyler().setStacked(true).setAvailableSpaceFill(0.6).setPlotGridVerticalLinesVisible(false);
        for (int i = 0; i < stacks.size() && !bars.isEmpty(); i++) {
            Color color = color(i);
            chart.addSeries(stacks.get(i).name, bars, stacks.get(i).values)
                    .setFillColor(i < COLORS.length ? color : blend(color));
        }
        write(file, title, chart, bars.isEmpty() || stacks.isEmpty());
    }

    /**
     * Centred moving average, whose window shrinks towards the ends of the curve: unlike an exponential average it doesn't lag
     * behind a falling loss.
     */
    static List<Double> smoothed(List<Double> values) {
        int last = values.size() - 1;
        int reach = values.size() / WINDOWS_PER_CURVE / 2;
        return IntStream.rangeClosed(0, last)
                .mapToObj(i -> {
                    int radius = Math.min(reach, Math.min(i, last - i));
                    return values.subList(i - radius, i + radius + 1).stream()
                            .filter(Double::isFinite)
                            .mapToDouble(Double::doubleValue)
                            .average()
                            .orElse(Double.NaN);
                })
                .toList();
    }

    private static XYSeries addLine(XYChart chart, Series series, Color color) {
        // A gap in front, halfway to the second point: were all x equally spaced, XChart would label multiples of their
        // distance
        // (91, 182, 273, …) instead of round numbers.
        double halfway = (series.x.get(0) + series.x.get(Math.min(1, series.x.size() - 1))) / 2;
        double[] x = DoubleStream.concat(
                        DoubleStream.of(halfway), series.x.stream().mapToDouble(Double::doubleValue))
                .toArray();
        double[] y = DoubleStream.concat(
                        DoubleStream.of(Double.NaN), series.y.stream().mapToDouble(Charts::finiteOrGap))
                .toArray();
        XYSeries line = chart.addSeries(series.name, x, y);
        Marker marker = x.length <= MARKED_POINTS ? SeriesMarkers.CIRCLE : SeriesMarkers.NONE;
        line.setMarker(marker).setMarkerColor(color).setLineColor(color).setLineStyle(LINE);
        return line;
    }

    private static double finiteOrGap(double value) {
        return Double.isFinite(value) ? value : Double.NaN;
    }

    private static void checkScales(Axes axes, Series series) {
        IntStream.range(0, series.x.size()).forEach(i -> {
            if ((axes.logX && series.x.get(i) <= 0) || (axes.logY && series.y.get(i) <= 0)) {
                throw new IllegalArgumentException(
                        "series '%s' has the point (%s, %s), but a logarithmic axis needs numbers above 0"
                                .formatted(series.name, series.x.get(i), series.y.get(i)));
            }
        });
    }

    /** With as many labels on logarithmic axes as the values need. */
    private static XYChart xyChart(Axes axes, List<Series> series) {
        double spanX = span(series.stream().flatMap(one -> one.x.stream()));
        double spanY = span(series.stream().flatMap(one -> one.y.stream()));
        XYChart chart = xyChart(axes);
        chart.getStyler()
                .setXAxisLogarithmicDecadeOnly(spanX >= DECADES_ALONE)
                .setYAxisLogarithmicDecadeOnly(spanY >= DECADES_ALONE)
                .setXAxisTickLabelsFormattingFunction(tickLabels(axes.logX && spanX >= ROUND_ALONE))
                .setYAxisTickLabelsFormattingFunction(tickLabels(axes.logY && spanY >= ROUND_ALONE));
        return chart;
    }

    /** The largest value over the smallest. */
    private static double span(Stream<Double> values) {
        DoubleSummaryStatistics range =
                values.filter(Double::isFinite).mapToDouble(Double::doubleValue).summaryStatistics();
        return range.getMax() / range.getMin();
    }

    private static Function<Double, String> tickLabels(boolean roundOnly) {
        return roundOnly ? Charts::roundTickLabel : Charts::tickLabel;
    }

    /** A label for 1, 2 and 5 times powers of ten only: on a logarithmic axis those of 6 to 9 would overlap. */
    static String roundTickLabel(double value) {
        long first = Math.round(value / Math.pow(10, Math.floor(Math.log10(value) + 1e-9)));
        return first == 1 || first == 2 || first == 5 ? tickLabel(value) : NO_LABEL;
    }

    /** Short and exact enough for an axis: {@code 0.25}, {@code 1,500}, {@code 10 M}, {@code 3E-5}. */
    static String tickLabel(double value) {
        double size = Math.abs(value);
        if (size >= 1e15) { // compute
            return decimal("0.##E0", value);
        }
        if (size >= 1e12) {
            return decimal("#,##0.##", value / 1e12) + " T";
        }
        if (size >= 1e9) {
            return decimal("#,##0.##", value / 1e9) + " G";
        }
        if (size >= 1e6) {
            return decimal("0.##", value / 1e6) + " M";
        }
        return size > 0 && size < 1e-3 ? decimal("0.##E0", value) : decimal("#,##0.####", value);
    }

    private static String decimal(String pattern, double value) {
        return new DecimalFormat(pattern, DecimalFormatSymbols.getInstance(Locale.ROOT)).format(value);
    }

    private static XYChart xyChart(Axes axes) {
        XYChart chart = new XYChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title(axes.title)
                .xAxisTitle(axes.x)
                .yAxisTitle(axes.y)
                .build();
        style(chart.getStyler());
        chart.getStyler()
                .setXAxisLogarithmic(axes.logX)
                .setYAxisLogarithmic(axes.logY)
                .setXAxisTickLabelsFormattingFunction(Charts::tickLabel)
                .setYAxisTickLabelsFormattingFunction(Charts::tickLabel);
        return chart;
    }

    private static void legendAtTheRight(AxesChartStyler styler) {
        styler.setLegendPosition(Styler.LegendPosition.OutsideE).setLegendLayout(Styler.LegendLayout.Vertical);
    }

    /** White paper, dark ink, a faint grid, the legend below. */
    private static void style(AxesChartStyler styler) {
        styler.setPlotGridLinesColor(GRID)
                .setPlotGridLinesStroke(HAIRLINE)
                .setAxisTickMarksColor(GRID)
                .setAxisTickLabelsColor(INK)
                .setAxisTickLabelsFont(font(Font.PLAIN, 15))
                .setAxisTitleFont(font(Font.PLAIN, 17))
                .setAxisTitlePadding(12)
                .setAxisTicksLineVisible(false)
                .setXAxisTickMarkSpacingHint(110)
                .setYAxisTickMarkSpacingHint(60);
        styler.setChartBackgroundColor(Color.WHITE)
                .setPlotBackgroundColor(Color.WHITE)
                .setPlotBorderVisible(false)
                .setChartFontColor(INK)
                .setChartTitleFont(font(Font.BOLD, 21))
                .setChartTitleBoxVisible(false)
                .setChartTitlePadding(14)
                .setChartPadding(18)
                .setLegendPosition(Styler.LegendPosition.OutsideS)
                .setLegendLayout(Styler.LegendLayout.Horizontal)
                .setLegendBorderColor(Color.WHITE)
                .setLegendBackgroundColor(Color.WHITE)
                .setAnnotationTextFont(font(Font.PLAIN, 13))
                .setAnnotationTextFontColor(COLORS[0])
                .setLegendFont(font(Font.PLAIN, 16))
                .setLegendPadding(12)
                .setMarkerSize(8)
                .setSeriesColors(COLORS)
                .setDecimalPattern("#,##0.####")
                .setLocale(Locale.ROOT);
    }

    private static void write(Path file, String title, IChart chart, boolean empty) throws IOException {
        if (empty) {
            throw new IllegalArgumentException("the chart '%s' has no values to show".formatted(title));
        }
        BufferedImage image;
        try {
            image = BitmapEncoder.getBufferedImage(chart);
        } catch (LinkageError | InternalError e) { // what AWT throws when it finds no font
            throw new IOException(
                    "%s can't be drawn because Java finds no fonts: install fontconfig and a font package"
                            .formatted(file),
                    e);
        }
        AtomicFile.write(file, out -> {
            if (!ImageIO.write(image, "png", out)) {
                throw new IOException("this Java can't write PNG files");
            }
        });
    }

    private static Font font(int style, int size) {
        return new Font(Font.SANS_SERIF, style, size);
    }

    private static Color color(int index) {
        return COLORS[index % COLORS.length];
    }

    /** A third of the colour on white. */
    private static Color blend(Color color) {
        return new Color(
                255 - (255 - color.getRed()) / 3,
                255 - (255 - color.getGreen()) / 3,
                255 - (255 - color.getBlue()) / 3);
    }

    private static double mebibytes(long bytes) {
        return bytes / (1024.0 * 1024.0);
    }
}
