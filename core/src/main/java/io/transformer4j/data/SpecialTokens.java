package io.transformer4j.data;

/**
 * Ids of the special tokens of a vocabulary, {@link #ABSENT} for those that it hasn't.
 *
 * @param pad fills up sequences where a rectangle is asked for
 * @param unk stands for what the vocabulary can't spell
 * @param cls starts a sequence
 * @param sep ends a sequence or a part of it
 * @param mask hides a token that is to be predicted
 * @param eos ends a document
 */
public record SpecialTokens(int pad, int unk, int cls, int sep, int mask, int eos) {
    /** The id of a token that the vocabulary hasn't. */
    public static final int ABSENT = -1;

    /** No special tokens at all, as in a vocabulary of characters. */
    public static final SpecialTokens NONE = new SpecialTokens(ABSENT, ABSENT, ABSENT, ABSENT, ABSENT, ABSENT);

    /** Whether {@code id} is one of these. */
    public boolean contains(int id) {
        return id != ABSENT && (id == pad || id == unk || id == cls || id == sep || id == mask || id == eos);
    }

    /** {@code id}, one of the components, if the vocabulary has it. */
    static int require(int id, String name, String purpose) {
        if (id == ABSENT) {
            throw new IllegalArgumentException("the vocabulary has no " + name + " token, which " + purpose + " needs");
        }
        return id;
    }
}
