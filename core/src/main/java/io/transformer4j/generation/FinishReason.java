package io.transformer4j.generation;

/** Why a text ended. */
public enum FinishReason {
    /** The model chose a token that ends texts. */
    EOS,
    /** One of the stop strings came up. */
    STOP_STRING,
    /** As many tokens as were asked for, or as the model has positions. */
    LENGTH
}
