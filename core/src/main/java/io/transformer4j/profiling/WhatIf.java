package io.transformer4j.profiling;

import java.util.ArrayList;
import java.util.List;

/**
 * What a model could do at best on devices, on paper: nothing runs faster than its products at the peak rate, nor than its weights and cache
 * can be read.
 *
 * @param devices how many; work and weights are thought of as divided evenly, communication as free
 */
public record WhatIf(TransformerShape shape, Device device, int devices) {

    private static final int TRAINING_BYTES_PER_PARAMETER = 16;

    /** Checks that there is a device. */
    public WhatIf {
        if (devices < 1) {
            throw new IllegalArgumentException("there must be at least one device, not " + devices);
        }
    }

    /**
     * A bound of a rate.
     *
     * @param tokensPerSecond at most, on all devices together
     * @param flopsSeconds of one step at the peak rate
     * @param bytesSeconds of one step at the peak bandwidth
     * @param mfu operations a second over the peak, at the bound (Chowdhery et al. 2022, appendix B)
     * @param mbu bytes a second over the peak bandwidth, at the bound (model bandwidth utilization)
     * @param memoryBytes of weights and what comes on top, on all devices together
     * @param fits whether that is no more than the devices have
     */
    public record Bound(
            double tokensPerSecond,
            double flopsSeconds,
            double bytesSeconds,
            double mfu,
            double mbu,
            double memoryBytes,
            boolean fits) {

        /** Whether arithmetic is the limit, not bandwidth. */
        public boolean computeBound() {
            return flopsSeconds >= bytesSeconds;
        }
    }

    /** Attention against feed-forward at a length. */
    public record Share(double length, double feedForward, double projections, double scores) {}

    /**
     * Training on sequences of {@code length}: 6 operations for each weight and token, and the scores. Bytes are those of an update of weights
     * in 16 bytes each (float32 weights, gradients, two moments), read and written once for each batch.
     */
    public Bound training(int batchSize, int length) {
        check(batchSize, length);
        double tokens = (double) batchSize * length;
        double state = TRAINING_BYTES_PER_PARAMETER * shape.parameters();
        return bound(tokens, shape.trainingFlops(batchSize, length), 2 * state, state);
    }

    /**
     * Decoding one token for each of {@code batchSize} sequences that have {@code length} tokens: all weights are read once, and each
     * sequence's cache.
     */
    public Bound decoding(int batchSize, int length) {
        check(batchSize, length);
        if (shape.decoderLayers() == 0) {
            throw new IllegalArgumentException("an encoder writes no tokens: there is no decoding to bound");
        }
        double token =
                shape.decoderLayers() * (shape.projectionFlops() + shape.scoreFlops(length) + shape.feedForwardFlops())
                        + shape.headFlops();
        double weights = device.bytesPerNumber() * shape.parameters();
        double cache = (double) device.bytesPerNumber() * batchSize * length * shape.cachePerToken();
        return bound(batchSize, batchSize * token, weights + cache, weights + cache);
    }

    private static void check(int batchSize, int length) {
        if (batchSize < 1 || length < 1) {
            throw new IllegalArgumentException(
                    "batch (%d) and length (%d) must be at least 1".formatted(batchSize, length));
        }
    }

    private Bound bound(double tokens, double flops, double bytes, double memory) {
        double flopsSeconds = flops / (devices * device.flopsPerSecond());
        double bytesSeconds = bytes / (devices * device.bytesPerSecond());
        double seconds = Math.max(flopsSeconds, bytesSeconds);
        return new Bound(
                tokens / seconds,
                flopsSeconds,
                bytesSeconds,
                flopsSeconds / seconds,
                bytesSeconds / seconds,
                memory,
                memory <= devices * device.memoryBytes());
    }

    /** MFU and MBU of an achieved rate: those at the bound times the part of the bound that was reached. */
    public static Bound achieved(Bound bound, double tokensPerSecond) {
        if (!(tokensPerSecond > 0) || Double.isInfinite(tokensPerSecond)) {
            throw new IllegalArgumentException("the achieved rate must be positive, but is " + tokensPerSecond);
        }
        double part = tokensPerSecond / bound.tokensPerSecond;
        return new Bound(
                tokensPerSecond,
                bound.flopsSeconds,
                bound.bytesSeconds,
                part * bound.mfu,
                part * bound.mbu,
                bound.memoryBytes,
                bound.fits);
    }

    /** The batch from which on decoding is limited by arithmetic; infinite if each sequence's cache costs more time than its products. */
    public double computeBoundBatch(int length) {
        Bound one = decoding(1, length);
        double cacheSeconds =
                device.bytesPerNumber() * length * shape.cachePerToken() / (devices * device.bytesPerSecond());
        double weightSeconds = one.bytesSeconds - cacheSeconds;
        return one.flopsSeconds <= cacheSeconds
                ? Double.POSITIVE_INFINITY
                : weightSeconds / (one.flopsSeconds - cacheSeconds);
    }

    /** Parts of a layer's products at lengths that double from {@code first} on. */
    public List<Share> shares(int first, int count) {
        List<Share> shares = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            double length = first * Math.pow(2, i);
            double all = shape.projectionFlops() + shape.scoreFlops(length) + shape.feedForwardFlops();
            shares.add(new Share(
                    length,
                    shape.feedForwardFlops() / all,
                    shape.projectionFlops() / all,
                    shape.scoreFlops(length) / all));
        }
        return shares;
    }
}
