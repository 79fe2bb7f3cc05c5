package io.transformer4j.tokenizers.postprocessors;

import java.util.List;

/** {@code <s> A </s>} and {@code <s> A </s></s> B </s>}, all with type id 0. */
public record RobertaProcessing(SpecialToken sep, SpecialToken cls, boolean trimOffsets, boolean addPrefixSpace)
        implements PostProcessor {

    @Override
    public List<Piece> pieces(boolean pair, boolean addSpecialTokens) {
        if (!addSpecialTokens) {
            return PostProcessor.plain(pair);
        }
        Piece begin = Piece.Special.of(cls, 0);
        Piece end = Piece.Special.of(sep, 0);
        Piece.Text first = new Piece.Text(0, 0);
        return pair ? List.of(begin, first, end, end, new Piece.Text(1, 0), end) : List.of(begin, first, end);
    }

    @Override
    public OffsetTrimming trimming() {
        return OffsetTrimming.of(trimOffsets, addPrefixSpace);
    }
}
