package io.transformer4j.tokenizers.trainers;

import io.transformer4j.tokenizers.text.CodePointTrie;
import java.util.Arrays;

/**
 * All ways to put a word together from pieces, and their probabilities. Each character must be a piece. Reused for one word after the
 * other; not thread-safe.
 */
final class UnigramLattice {

    /** Expected counts are whole numbers of this part of one, so that their sum doesn't depend on the order. */
    static final double EXPECTATION_UNIT = 1.0 / (1 << 20);

    /** Below this, probabilities are scaled up: far enough from the least double for the product of two and a piece. */
    private static final double TINY = 1e-100;

    private static final int NONE = -1;

    private final CodePointTrie trie;
    private final double[] scores;
    private final double[] probabilities;
    private final int maxPieceLength;

    // The edges: those from position i are firstEdge[i] to firstEdge[i + 1].
    private int[] firstEdge = new int[64];
    private int[] edgeEnd = new int[256];
    private int[] edgePiece = new int[256];

    private double[] forward = new double[64];
    private double[] forwardScale = new double[64]; // logarithm of what forward was divided by
    private double[] backward = new double[64];
    private double[] best = new double[64];
    private int[] bestEdge = new int[64];
    private int[] bestStart = new int[64];

    /**
     * A lattice over pieces.
     *
     * @param trie ids of the pieces
     * @param scores log probability by id; negative infinity for pieces that are no more
     * @param probabilities the same as probabilities
     */
    UnigramLattice(CodePointTrie trie, double[] scores, double[] probabilities, int maxPieceLength) {
        this.trie = trie;
        this.scores = scores;
        this.probabilities = probabilities;
        this.maxPieceLength = maxPieceLength;
    }

    private void reach(int[] text, int from, int length) {
        if (length + 1 >= firstEdge.length) {
            int capacity = 2 * (length + 2);
            firstEdge = new int[capacity];
            forward = new double[capacity];
            forwardScale = new double[capacity];
            backward = new double[capacity];
            best = new double[capacity];
            bestEdge = new int[capacity];
            bestStart = new int[capacity];
        }
        int edges = 0;
        for (int start = 0; start < length; start++) {
            firstEdge[start] = edges;
            int node = CodePointTrie.ROOT;
            for (int end = start + 1; end <= length; end++) {
                node = trie.next(node, text[from + end - 1]);
                if (node == CodePointTrie.NONE) {
                    break;
                }
                int piece = trie.value(node);
                if (piece != CodePointTrie.NONE && scores[piece] != Double.NEGATIVE_INFINITY) {
                    if (edges == edgeEnd.length) {
                        edgeEnd = Arrays.copyOf(edgeEnd, 2 * edges);
                        edgePiece = Arrays.copyOf(edgePiece, 2 * edges);
                    }
                    edgeEnd[edges] = end;
                    edgePiece[edges++] = piece;
                }
            }
        }
        firstEdge[length] = edges;
    }

    /**
     * Adds to {@code expected}, by piece, how often it is to be expected in {@code count} occurrences of a word: the E step, by the
     * forward-backward algorithm.
     *
     * <p>The sums are kept as probabilities, not logarithms; where they get tiny, they and all that lie within a piece's reach are scaled
     * up, which happens in long words only.
     *
     * @param expected in units of {@link #EXPECTATION_UNIT}
     */
    void addExpected(int[] text, int from, int to, long count, long[] expected) {
        int length = to - from;
        reach(text, from, length);
        double total = goForward(length);
        double scale = 0; // logarithm of what backward was divided by
        backward[length] = 1;
        for (int start = length - 1; start >= 0; start--) {
            double shift = forwardScale[start] + scale - forwardScale[length];
            double factor = count / EXPECTATION_UNIT * forward[start] / total * (shift == 0 ? 1 : Math.exp(shift));
            double sum = 0;
            for (int edge = firstEdge[start]; edge < firstEdge[start + 1]; edge++) {
                double rest = probabilities[edgePiece[edge]] * backward[edgeEnd[edge]];
                expected[edgePiece[edge]] += Math.round(factor * rest);
                sum += rest;
            }
            backward[start] = sum;
            if (sum < TINY) {
                scaleUp(backward, start, length, 1 / sum);
                scale += Math.log(sum);
            }
        }
    }

    /** The probability of the word, by which {@link #forwardScale} at its end is left out. */
    private double goForward(int length) {
        Arrays.fill(forward, 0, length + 1, 0);
        forward[0] = 1;
        double scale = 0;
        for (int start = 0; start < length; start++) {
            double reached = forward[start];
            if (reached < TINY) {
                scaleUp(forward, start, length, 1 / reached);
                scale += Math.log(reached);
            }
            forwardScale[start] = scale;
            for (int edge = firstEdge[start]; edge < firstEdge[start + 1]; edge++) {
                forward[edgeEnd[edge]] += forward[start] * probabilities[edgePiece[edge]];
            }
        }
        forwardScale[length] = scale;
        return forward[length];
    }

    private void scaleUp(double[] values, int start, int length, double factor) {
        for (int i = start; i <= Math.min(length, start + maxPieceLength); i++) {
            values[i] *= factor;
        }
    }

    /** Adds {@code count} to {@code frequencies}, by piece, for each piece on the best path of a word. */
    void addBest(int[] text, int from, int to, long count, long[] frequencies) {
        int length = to - from;
        reach(text, from, length);
        findBest(length, NONE);
        for (int end = length; end > 0; end = bestStart[end]) {
            frequencies[bestEdge[end]] += count;
        }
    }

    /** The pieces of the best path through {@code piece}, of several characters, other than itself; the last first. */
    int[] bestWithout(int piece, int[] text, int from, int to) {
        int length = to - from;
        reach(text, from, length);
        findBest(length, piece);
        int[] path = new int[length];
        int pieces = 0;
        for (int end = length; end > 0; end = bestStart[end]) {
            path[pieces++] = bestEdge[end];
        }
        return Arrays.copyOf(path, pieces);
    }

    private void findBest(int length, int without) {
        Arrays.fill(best, 1, length + 1, Double.NEGATIVE_INFINITY);
        best[0] = 0;
        for (int start = 0; start < length; start++) {
            for (int edge = firstEdge[start]; edge < firstEdge[start + 1]; edge++) {
                int piece = edgePiece[edge];
                double score = best[start] + scores[piece];
                if (piece != without && score > best[edgeEnd[edge]]) {
                    best[edgeEnd[edge]] = score;
                    bestEdge[edgeEnd[edge]] = piece;
                    bestStart[edgeEnd[edge]] = start;
                }
            }
        }
    }
}
