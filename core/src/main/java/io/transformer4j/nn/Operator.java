package io.transformer4j.nn;

/**
 * What an operator of a module costs by formula, for profilers.
 *
 * <p>Operations are those of matrix products, a multiplication and an addition counted as two; elementwise operators have none. The
 * backward pass of a product has two products. What a kernel computes twice to save memory isn't counted twice, nor does a causal mask
 * that lets it skip half count less: so do PyTorch's {@code FlopCounterMode} and Chowdhery et al. 2022, appendix B. Bytes are the
 * least that must move: each operand read once, each result written once, in float32.
 *
 * @param label what it computes, such as {@code product} or {@code gelu_new}
 * @param forwardFlops operations of the forward pass
 * @param backwardFlops operations of the backward pass
 * @param forwardBytes bytes of the forward pass
 * @param backwardBytes bytes of the backward pass
 */
public record Operator(
        Kind kind, String label, double forwardFlops, double backwardFlops, double forwardBytes, double backwardBytes) {

    /** Kinds of operators. */
    public enum Kind {
        /** A product with a weight matrix. */
        PRODUCT,
        /** Scores, softmax and mixed values, with the splitting and joining of heads. */
        ATTENTION,
        /** A nonlinearity, with its gate. */
        ACTIVATION,
        /** A normalization. */
        NORM,
        /** Dropout, and the residual sum behind it. */
        RESIDUAL,
        /** A look-up. */
        EMBEDDING,
        /** Positions that enter inside the layers. */
        POSITIONS,
        /** A head over the vocabulary with its cross entropy. */
        VOCABULARY_LOSS
    }

    private static final int FLOAT_BYTES = Float.BYTES;

    /** {@code [rows, inputSize]} times a weight matrix {@code [inputSize, outputSize]}. */
    public static Operator product(long rows, long inputSize, long outputSize) {
        double flops = 2.0 * rows * inputSize * outputSize;
        double bytes = FLOAT_BYTES
                * ((double) rows * inputSize + (double) inputSize * outputSize + (double) rows * outputSize);
        return new Operator(Kind.PRODUCT, "product", flops, 2 * flops, bytes, 2 * bytes);
    }

    /**
     * An elementwise operator.
     *
     * @param forwardElements numbers that the forward pass reads and writes
     * @param backwardElements numbers that the backward pass reads and writes
     */
    public static Operator elementwise(Kind kind, String label, double forwardElements, double backwardElements) {
        return new Operator(kind, label, 0, 0, FLOAT_BYTES * forwardElements, FLOAT_BYTES * backwardElements);
    }

    /**
     * Attention over heads.
     *
     * @param label the kernel
     * @param sequences number of sequences
     * @param heads heads of queries
     * @param keyValueHeads heads of keys and values
     * @param pairs pairs of a query and a key in one head of one sequence
     * @param storesWeights whether all weights are written to memory: then each pair is written as a score, read and written by the
     *     softmax, and read for the mixture; in the backward pass likewise, and the weights are read once more
     */
    public static Operator attention(
            String label,
            long sequences,
            int heads,
            int keyValueHeads,
            long queryLength,
            long keyLength,
            long headSize,
            double pairs,
            boolean storesWeights) {
        double flops = 4.0 * sequences * heads * pairs * headSize;
        double operands = (double) sequences
                * headSize
                * (2.0 * heads * queryLength + 2.0 * keyValueHeads * keyLength); // queries, result; keys, values
        double weights = storesWeights ? sequences * heads * pairs : 0;
        return new Operator(
                Kind.ATTENTION,
                label,
                flops,
                2 * flops,
                FLOAT_BYTES * (operands + 4 * weights),
                FLOAT_BYTES * (2 * operands + 5 * weights));
    }

    /**
     * A head over the vocabulary and its cross entropy.
     *
     * @param training whether gradients are computed; they are, in the forward pass (see {@link CrossEntropy})
     */
    public static Operator vocabularyLoss(long rows, long hiddenSize, long vocabSize, boolean training) {
        Operator product = product(rows, hiddenSize, vocabSize);
        return new Operator(
                Kind.VOCABULARY_LOSS,
                training ? "loss and its gradients" : "loss",
                product.forwardFlops + (training ? product.backwardFlops : 0),
                0,
                product.forwardBytes + (training ? product.backwardBytes : 0),
                FLOAT_BYTES * (double) rows * hiddenSize);
    }
}
