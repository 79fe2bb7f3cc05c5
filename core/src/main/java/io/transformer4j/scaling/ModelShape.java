package io.transformer4j.scaling;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * Shape of a GPT-2 decoder (tied embeddings, learned positions, feed-forward width 4d), and what it costs on paper.
 *
 * @param nLayer layers
 * @param nEmbd width d
 * @param nHead heads
 * @param vocabSize V
 * @param nPositions longest sequence n, also that of the training
 */
public record ModelShape(int nLayer, long nEmbd, int nHead, long vocabSize, int nPositions) {

    private static final long SMALL_HEAD = 64;
    private static final long LARGE_HEAD = 128;
    /** From GPT-3 6.7B on, heads are 128 wide (Brown et al. 2020, table 2.1). */
    private static final long WIDTH_OF_LARGE_HEADS = 4096;
    /** Width over layers, from GPT-2's smallest relatives to GPT-3's 128: in between it hardly matters (Kaplan et al. 2020, §3.1). */
    private static final double MIN_ASPECT = 16;

    private static final double MAX_ASPECT = 140;
    private static final double BEST_ASPECT = 64;
    /** A better aspect is worth that much of a size error: shapes within 1 % of N are decided by it. */
    private static final double ASPECT_WEIGHT = 0.01;

    private static final int MAX_LAYERS = 512;
    private static final double MAX_SIZE_ERROR = 0.5;

    /** Checks that sizes are positive and heads divide the width. */
    public ModelShape {
        if (nLayer < 1 || nEmbd < 1 || nHead < 1 || vocabSize < 1 || nPositions < 1 || nEmbd % nHead != 0) {
            throw new IllegalArgumentException(
                    "n_layer=%d, n_embd=%d, n_head=%d, vocab_size=%d, n_positions=%d: all must be positive and n_embd a multiple of n_head"
                            .formatted(nLayer, nEmbd, nHead, vocabSize, nPositions));
        }
    }

    /**
     * The shape whose size is nearest to {@code parameters}; among nearly equal ones the one that is about 64 times as wide as deep.
     *
     * @throws IllegalArgumentException if none is within half of it: the embeddings alone are larger, or it is immense
     */
    public static ModelShape nearest(double parameters, ParameterCount count, long vocabSize, int nPositions) {
        List<ModelShape> shapes = new ArrayList<>();
        for (int heads = 1; ; heads++) {
            long width = heads * SMALL_HEAD;
            if (width >= WIDTH_OF_LARGE_HEADS) {
                width = WIDTH_OF_LARGE_HEADS + (heads - WIDTH_OF_LARGE_HEADS / SMALL_HEAD) * LARGE_HEAD;
            }
            long headSize = width < WIDTH_OF_LARGE_HEADS ? SMALL_HEAD : LARGE_HEAD;
            int least = (int) Math.max(2, Math.ceil(width / MAX_ASPECT));
            int most = (int) Math.min(MAX_LAYERS, Math.max(4, width / MIN_ASPECT));
            for (int layers = least; layers <= most; layers++) {
                shapes.add(new ModelShape(layers, width, (int) (width / headSize), vocabSize, nPositions));
            }
            boolean tooLarge = least > most
                    || new ModelShape(least, width, (int) (width / headSize), vocabSize, nPositions).count(count)
                            > 2 * parameters;
            if (tooLarge) {
                break;
            }
        }
        ModelShape best = shapes.stream()
                .min(Comparator.comparingDouble(shape -> shape.distance(parameters, count)))
                .orElseThrow();
        if (Math.abs(best.count(count) / parameters - 1) > MAX_SIZE_ERROR) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "no model has about %.3g parameters with vocab_size=%d and n_positions=%d: the nearest has %,d",
                    parameters,
                    vocabSize,
                    nPositions,
                    best.count(count)));
        }
        return best;
    }

    private double distance(double target, ParameterCount count) {
        double aspect = (double) nEmbd / nLayer / BEST_ASPECT;
        return Math.abs(Math.log(count(count) / target)) + ASPECT_WEIGHT * Math.abs(Math.log(aspect));
    }

    /** N by the given count. */
    public long count(ParameterCount count) {
        return count == ParameterCount.TOTAL ? parameters() : nonEmbeddingParameters();
    }

    /** All parameters: V·d + n·d + the rest. */
    public long parameters() {
        return (vocabSize + nPositions) * nEmbd + nonEmbeddingParameters();
    }

    /** Layers of 12d² weights and 13d biases and norms, and the last norm. */
    public long nonEmbeddingParameters() {
        return nLayer * (12 * nEmbd * nEmbd + 13 * nEmbd) + 2 * nEmbd;
    }

    /**
     * Exact FLOPs of all matrix products of a training step, per token: three times the forward pass, which has 24d² + 4nd a layer
     * (projections and feed-forward; scores and values, not credited for causality) and 2dV in the output layer.
     */
    public double trainingFlopsPerToken() {
        double layer = 24.0 * nEmbd * nEmbd + 4.0 * nPositions * nEmbd;
        return 3 * (nLayer * layer + 2.0 * nEmbd * vocabSize);
    }

    /** float32 weights, gradients and the two moments of AdamW: 16 bytes a parameter. */
    public double stateBytes() {
        return 16.0 * parameters();
    }

    /**
     * Activations that the backward pass of one sequence needs, in float32, with attention that keeps no n × n matrix: Korthikanti et al.
     * 2022, eq. 2 without its attention term (16 numbers and 2 bytes of dropout mask a layer, token and channel), the logits and their
     * gradient.
     */
    public double activationBytesPerSequence() {
        return nPositions * (66.0 * nEmbd * nLayer + 8.0 * vocabSize);
    }
}
