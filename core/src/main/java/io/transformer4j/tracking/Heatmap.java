package io.transformer4j.tracking;

import io.transformer4j.files.AtomicFile;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;

/**
 * A matrix as colours: white to blue as values rise to the largest, orange below 0, grey at exactly 0, so that a sparse
 * pattern shows.
 *
 * @param values row after row; not copied
 */
@SuppressWarnings("ArrayRecordComponent") // plain arrays are the purpose of this type
public record Heatmap(int rows, int columns, float[] values) {
    private static final Color NONE = new Color(0xD9, 0xDC, 0xE0);
    private static final Color HIGH = new Color(0x00, 0x3F, 0x7F);
    private static final Color NEGATIVE = new Color(0xD5, 0x5E, 0x00);
    private static final Color INK = new Color(0x22, 0x2B, 0x36);
    private static final int MARGIN = 12;
    private static final int LABEL = 80;
    /** Small matrices are drawn larger, to about this many pixels. */
    private static final int CELL_PIXELS = 160;

    /** Checks the number of values. */
    public Heatmap {
        if (rows < 1 || columns < 1 || values.length != rows * columns) {
            throw new IllegalArgumentException(
                    values.length + " values don't make " + rows + " rows of " + columns + " columns");
        }
    }

    /** One pixel for each value. */
    public BufferedImage image() {
        float largest = 0;
        for (float value : values) {
            largest = Math.max(largest, Math.abs(value));
        }
        BufferedImage image = new BufferedImage(columns, rows, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < values.length; i++) {
            image.setRGB(i % columns, i / columns, color(values[i], largest).getRGB());
        }
        return image;
    }

    /** The root lets small values show beside large ones. */
    private static Color color(float value, float largest) {
        if (value == 0) {
            return NONE;
        }
        double share = Math.sqrt(Math.abs(value) / largest);
        Color end = value > 0 ? HIGH : NEGATIVE;
        return new Color(
                (int) Math.round(255 + share * (end.getRed() - 255)),
                (int) Math.round(255 + share * (end.getGreen() - 255)),
                (int) Math.round(255 + share * (end.getBlue() - 255)));
    }

    /** {@link #image} as a PNG file's content. */
    public byte[] png() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            ImageIO.write(image(), "png", out);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // not in memory
        }
        return out.toByteArray();
    }

    /**
     * Draws rows of heat maps, each row with its name before it.
     *
     * @throws IOException if the file can't be written
     */
    public static void writeGrid(Path file, List<String> names, List<List<Heatmap>> grid) throws IOException {
        Heatmap any = grid.get(0).get(0);
        int zoom = Math.max(1, CELL_PIXELS / Math.max(any.rows, any.columns));
        int width = any.columns * zoom;
        int height = any.rows * zoom;
        int most = grid.stream().mapToInt(List::size).max().orElse(0);
        BufferedImage picture = new BufferedImage(
                LABEL + most * (width + MARGIN) + MARGIN,
                MARGIN + grid.size() * (height + MARGIN),
                BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = picture.createGraphics();
        try {
            graphics.setColor(Color.WHITE);
            graphics.fillRect(0, 0, picture.getWidth(), picture.getHeight());
            graphics.setRenderingHint(
                    RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_NEAREST_NEIGHBOR);
            graphics.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
            graphics.setColor(INK);
            graphics.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 14));
            for (int row = 0; row < grid.size(); row++) {
                int top = MARGIN + row * (height + MARGIN);
                graphics.drawString(names.get(row), MARGIN, top + height / 2);
                for (int column = 0; column < grid.get(row).size(); column++) {
                    int left = LABEL + MARGIN + column * (width + MARGIN);
                    graphics.drawImage(grid.get(row).get(column).image(), left, top, width, height, null);
                    graphics.drawRect(left - 1, top - 1, width + 1, height + 1);
                }
            }
        } finally {
            graphics.dispose();
        }
        AtomicFile.write(file, out -> ImageIO.write(picture, "png", out));
    }
}
