package io.transformer4j.data;

import io.transformer4j.tokenizers.Tokenizer;

/** What this package needs of a tokenizer. Implementations are thread-safe. */
public interface TextEncoder {
    /** A tokenizer as an encoder. Takes its fingerprint once, so the result is worth keeping. */
    static TextEncoder of(Tokenizer tokenizer) {
        return new TokenizerEncoder(tokenizer);
    }

    /** The token ids of {@code text}, all in {@code [0, vocabSize)}, without special tokens around them. */
    int[] encode(String text);

    /** One more than the largest id. */
    int vocabSize();

    /** Whether the token goes on with the word of the token before it ({@code ##ing}), for whole-word masking. */
    boolean continuesWord(int id);

    /** The ids with a meaning of their own. */
    SpecialTokens specialTokens();

    /** Identifies vocabulary and rules: equal fingerprints give equal ids for every text. */
    Fingerprint fingerprint();
}
