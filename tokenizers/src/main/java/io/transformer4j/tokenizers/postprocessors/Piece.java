package io.transformer4j.tokenizers.postprocessors;

import java.util.List;

/** A part of an encoding: one of the two texts, or special tokens. */
public sealed interface Piece {

    /** The type id that its tokens get. */
    int typeId();

    /** All tokens of a text: 0 = the first, 1 = the second of a pair. */
    record Text(int index, int typeId) implements Piece {}

    /** Tokens that stand for nothing in the text. */
    record Special(List<Integer> ids, List<String> tokens, int typeId) implements Piece {

        public Special {
            ids = List.copyOf(ids);
            tokens = List.copyOf(tokens);
        }

        static Special of(SpecialToken token, int typeId) {
            return new Special(List.of(token.id()), List.of(token.token()), typeId);
        }
    }

    /** Number of special tokens among {@code pieces}. */
    static int specialTokens(List<Piece> pieces) {
        int count = 0;
        for (Piece piece : pieces) {
            count += piece instanceof Special special ? special.ids().size() : 0;
        }
        return count;
    }
}
