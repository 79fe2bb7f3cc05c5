package io.transformer4j.pipelines;

/** What happens to a text with more tokens than the model has positions. */
public enum LongTexts {
    /** It is an error. */
    REFUSE,
    /** Its end is left out. */
    TRUNCATE,
    /**
     * It is cut at the ends of sentences into parts that fit, and a sentence that is too long by itself between words; the
     * answers to the parts are joined.
     */
    SPLIT
}
