package io.transformer4j.models;

import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * Texts that a model is writing, one row each, with all that it keeps between tokens. Its memory lives outside scopes until
 * {@link #close}. Not thread-safe.
 */
public interface Decoding extends AutoCloseable {
    /** What each row begins with: its prompt, or the decoder's start token. */
    List<int[]> prefixes();

    /**
     * Scores of each row's first new token; called once, before {@link #next}.
     *
     * @return {@code [rows, vocabSize]}, owned by the open scope
     */
    Tensor first();

    /**
     * Scores of the token after those given.
     *
     * @param tokens one for each row
     * @return {@code [rows, vocabSize]}, owned by the open scope
     */
    Tensor next(int[] tokens);

    /**
     * Makes row {@code i} what row {@code sources[i]} was. Rows may be left out, and taken more than once.
     *
     * @param sources rows of one input stay together and in the order of the inputs
     */
    void select(int... sources);

    @Override
    void close();
}
