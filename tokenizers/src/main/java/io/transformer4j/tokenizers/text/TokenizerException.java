package io.transformer4j.tokenizers.text;

/** A tokenizer file, vocabulary or setting that can't be used; the message says what, where, and what would be right. */
public final class TokenizerException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public TokenizerException(String message) {
        super(message);
    }

    public TokenizerException(String message, Throwable cause) {
        super(message, cause);
    }
}
