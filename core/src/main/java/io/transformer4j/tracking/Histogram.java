package io.transformer4j.tracking;

/**
 * How often values fall into bins of equal width between the smallest and the largest.
 *
 * @param count number of finite values
 * @param upperLimits right ends of the bins, ascending
 * @param counts one per bin
 */
@SuppressWarnings("ArrayRecordComponent") // passed on to the encoder and never compared
record Histogram(
        double min, double max, double count, double sum, double sumOfSquares, double[] upperLimits, double[] counts) {

    private static final int BINS = 64;

    static Histogram of(float[] values) {
        double min = Double.POSITIVE_INFINITY;
        double max = Double.NEGATIVE_INFINITY;
        double sum = 0;
        double sumOfSquares = 0;
        long count = 0;
        for (float value : values) {
            if (Float.isFinite(value)) {
                min = Math.min(min, value);
                max = Math.max(max, value);
                sum += value;
                sumOfSquares += (double) value * value;
                count++;
            }
        }
        if (count == 0) {
            return new Histogram(0, 0, 0, 0, 0, new double[] {0}, new double[] {0});
        }
        int bins = min == max ? 1 : BINS;
        double width = (max - min) / bins;
        double[] limits = new double[bins];
        for (int bin = 0; bin < bins; bin++) {
            limits[bin] = bin == bins - 1 ? max : min + (bin + 1) * width;
        }
        double[] counts = new double[bins];
        for (float value : values) {
            if (Float.isFinite(value)) {
                counts[width == 0 ? 0 : Math.min(bins - 1, (int) ((value - min) / width))]++;
            }
        }
        return new Histogram(min, max, count, sum, sumOfSquares, limits, counts);
    }
}
