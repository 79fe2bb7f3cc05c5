package io.transformer4j.tokenizers.postprocessors;

import java.util.List;

/** {@code [CLS] A [SEP]} and {@code [CLS] A [SEP] B [SEP]}, the second text and its separator with type id 1. */
public record BertProcessing(SpecialToken sep, SpecialToken cls) implements PostProcessor {

    @Override
    public List<Piece> pieces(boolean pair, boolean addSpecialTokens) {
        if (!addSpecialTokens) {
            return PostProcessor.plain(pair);
        }
        Piece begin = Piece.Special.of(cls, 0);
        Piece.Text first = new Piece.Text(0, 0);
        Piece end = Piece.Special.of(sep, 0);
        return pair
                ? List.of(begin, first, end, new Piece.Text(1, 1), Piece.Special.of(sep, 1))
                : List.of(begin, first, end);
    }
}
