package io.transformer4j.profiling;

import io.transformer4j.profiling.ProfileText.Table;
import io.transformer4j.profiling.WhatIf.Bound;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Analyses on paper as text. */
public final class WhatIfText {
    private static final int FIRST_LENGTH = 512;
    private static final int LENGTHS = 9;
    private static final double GIGA = 1e9;

    private WhatIfText() {}

    /**
     * The whole analysis.
     *
     * @param name of the model, with the source of its sizes
     * @param achieved tokens per second that were measured, in training and in decoding likewise; null for none
     */
    public static String text(String name, WhatIf whatIf, int batchSize, int length, @Nullable Double achieved) {
        TransformerShape shape = whatIf.shape();
        Device device = whatIf.device();
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "%s: %.2f billion weights in matrices%n%d x %s: %.4g TFLOP/s and %.4g GB/s each (%s)%n%n%s.%n%n",
                name,
                shape.parameters() / GIGA,
                whatIf.devices(),
                device.id(),
                device.flopsPerSecond() / 1e12,
                device.bytesPerSecond() / GIGA,
                device.source(),
                ProfileText.crossoverSentence(shape)));
        text.append(byLength(whatIf).text()).append(System.lineSeparator());
        text.append(byWidth(shape).text()).append(System.lineSeparator());
        text.append(bounds(whatIf, batchSize, length, achieved).text());
        if (shape.decoderLayers() > 0) {
            double batch = whatIf.computeBoundBatch(length);
            text.append(
                    Double.isInfinite(batch)
                            ? String.format(
                                    Locale.ROOT,
                                    "Decoding at length %d is limited by bandwidth at every batch: a sequence's cache takes longer to"
                                            + " read than its products to compute.%n",
                                    length)
                            : String.format(
                                    Locale.ROOT,
                                    "Decoding at length %d is limited by bandwidth below a batch of %.0f, by arithmetic above.%n",
                                    length,
                                    batch));
        }
        return text.toString();
    }

    private static Table byLength(WhatIf whatIf) {
        List<List<String>> rows = new ArrayList<>();
        whatIf.shares(FIRST_LENGTH, LENGTHS)
                .forEach(share -> rows.add(List.of(
                        String.format(Locale.ROOT, "%.0f", share.length()),
                        percent(share.projections()),
                        percent(share.scores()),
                        percent(share.feedForward()))));
        return new Table(
                "Parts of a layer's products",
                List.of("length", "projections", "scores and mixture", "feed-forward"),
                rows);
    }

    /** The same model with other widths, all its proportions kept. */
    private static Table byWidth(TransformerShape shape) {
        List<List<String>> rows = new ArrayList<>();
        for (double factor : new double[] {0.25, 0.5, 1, 2, 4}) {
            TransformerShape wider = shape.with(s -> s.hiddenSize(Math.round(factor * shape.hiddenSize()))
                    .headSize(Math.round(factor * shape.headSize()))
                    .intermediateSize(Math.round(factor * shape.intermediateSize())));
            rows.add(List.of(
                    Long.toString(wider.hiddenSize()),
                    String.format(Locale.ROOT, "%.0f", wider.crossoverLength()),
                    String.format(Locale.ROOT, "%.0f", wider.scoresCrossoverLength())));
        }
        return new Table(
                "Length at which attention overtakes feed-forward, if the model were wider or narrower",
                List.of("width", "attention", "scores and mixture alone"),
                rows);
    }

    private static Table bounds(WhatIf whatIf, int batchSize, int length, @Nullable Double achieved) {
        List<List<String>> rows = new ArrayList<>();
        add(rows, "training", whatIf.training(batchSize, length), achieved);
        if (whatIf.shape().decoderLayers() > 0) {
            add(rows, "decoding", whatIf.decoding(batchSize, length), achieved);
        }
        return new Table(
                String.format(Locale.ROOT, "Bounds at batch %d, length %d", batchSize, length),
                List.of("", "tokens/s", "limited by", "arithmetic ms", "bytes ms", "MFU", "MBU", "memory GB", "fits"),
                rows);
    }

    private static void add(List<List<String>> rows, String name, Bound bound, @Nullable Double achieved) {
        rows.add(row(name + ", at most", bound));
        if (achieved != null) {
            rows.add(row(name + ", achieved", WhatIf.achieved(bound, achieved)));
        }
    }

    private static List<String> row(String name, Bound bound) {
        return List.of(
                name,
                String.format(Locale.ROOT, "%,.4g", bound.tokensPerSecond()),
                bound.computeBound() ? "arithmetic" : "bandwidth",
                String.format(Locale.ROOT, "%.4g", 1e3 * bound.flopsSeconds()),
                String.format(Locale.ROOT, "%.4g", 1e3 * bound.bytesSeconds()),
                percent(bound.mfu()),
                percent(bound.mbu()),
                String.format(Locale.ROOT, "%.4g", bound.memoryBytes() / GIGA),
                bound.fits() ? "yes" : "no");
    }

    private static String percent(double part) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * part);
    }
}
