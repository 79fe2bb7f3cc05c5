package io.transformer4j.pipelines;

/** How the labels of a word's tokens become the word's (names as in HF, where they are strategies of {@code token-classification}). */
public enum Aggregation {
    /** The first token's: the only one that training labelled. */
    FIRST,
    /** The likeliest by the mean of the tokens' probabilities. */
    AVERAGE,
    /** That of the token that is surest of its label. */
    MAX
}
